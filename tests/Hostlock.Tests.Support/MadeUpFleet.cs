using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hostlock.Tests.Support;

/// <summary>
/// A fleet with rings and a history, the same on every machine: a canary is updated, its entries go ring by ring to the others, hosts are
/// updated by themselves, one has frozen nixpkgs, and the lock of one lacks an input.
/// </summary>
static class MadeUpFleet
{
    /// <summary>The time at which its history ends.</summary>
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    const double HoursBetweenCommits = 20;

    static readonly string[] Seven = ["plex", "dobro", "zeeba", "orc", "imbp", "nixahi", "matcha"];

    // The inputs that are declared, and whether each has a nixpkgs of its own.
    static readonly (string Name, string Owner, bool HasOwn)[] Declared =
    [
        ("agenix", "ryantm", true), ("disko", "nix-community", false), ("flake-parts", "hercules-ci", false),
        ("home-manager", "nix-community", false), ("impermanence", "nix-community", false), ("lanzaboote", "nix-community", true),
        ("nixos-hardware", "NixOS", false), ("nixpkgs", "NixOS", false), ("nur", "nix-community", true), ("sops-nix", "Mic92", true),
        ("stylix", "danth", true), ("treefmt-nix", "numtide", false),
    ];

    sealed class Host(string name, string ring)
    {
        public string Name { get; } = name;

        public string Ring { get; } = ring;

        /// <summary>By input, the commit of the fleet before which its revision was made.</summary>
        public Dictionary<string, int> Versions { get; } = Declared.ToDictionary(input => input.Name, _ => 0);
    }

    /// <summary>The names of the hosts.</summary>
    /// <param name="count">How many there are.</param>
    public static IReadOnlyList<string> Names(int count) =>
        count <= Seven.Length
            ? Seven[..count]
            :
            [
                .. Seven,
                .. Enumerable.Range(Seven.Length, count - Seven.Length)
                    .Select(i => string.Create(CultureInfo.InvariantCulture, $"web-{i:000}")),
            ];

    /// <summary>Makes the fleet in an empty folder, as a repository.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="count">How many hosts it has, at least seven.</param>
    /// <param name="commits">How many commits it has, at least two.</param>
    public static void Make(string folder, int count, int commits)
    {
        var names = Names(count);
        Host[] hosts = [.. names.Select((name, i) => new Host(name, RingOf(i, count)))];
        var root = new Host("root", "");
        using var stream = new MemoryStream();
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        var marks = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var commit = 0; commit < commits; commit++)
        {
            var (subject, from, changed) = commit == 0 ? ("adopt the fleet", "", [root, .. hosts]) : Act(root, hosts, commit, commits);
            foreach (var text in changed.Select(Text).Distinct().Where(text => !marks.ContainsKey(text)))
            {
                marks.Add(text, marks.Count + 1);
                Write(stream, $"blob\nmark :{marks.Count}\n");
                Data(stream, text);
            }
            Write(stream, $"commit refs/heads/main\ncommitter somebody <somebody@example.org> {At(commit, commits)} +0000\n");
            Data(stream, from.Length == 0 ? subject : $"{subject}\n\nHostlock-Promoted-From: {from}\n");
            if (commit == 0)
            {
                foreach (var (path, text) in Files(hosts))
                {
                    Write(stream, $"M 100644 inline {path}\n");
                    Data(stream, text);
                }
            }
            foreach (var host in changed)
            {
                var path = host == root ? "flake.lock" : $"locks/{host.Name}.lock";
                Write(stream, $"M 100644 :{marks[Text(host)]} {path}\n");
            }
            Write(stream, "\n");
        }
        TestGit.Init(folder);
        var imported = Path.Combine(folder, ".git/import");
        File.WriteAllBytes(imported, stream.ToArray());
        _ = Run.Program("sh", folder, TestGit.Variables, "-c", "git fast-import --quiet <.git/import").Succeeded;
        File.Delete(imported);
        TestGit.In(folder, "reset", "-q", "--hard");

        // Many hosts have the same lock.
        string Text(Host host)
        {
            var key = $"{host == hosts[^1]} {string.Join(' ', host.Versions.Values)}";
            if (!texts.TryGetValue(key, out var text))
                texts.Add(key, text = Lock(host, hosts, commits));
            return text;
        }
    }

    static string RingOf(int index, int count) =>
        index < Math.Max(1, count / 50) ? "canary" : index < Math.Max(3, count / 5) ? "early" : "rest";

    static (string Subject, string From, Host[] Changed) Act(Host root, Host[] hosts, int commit, int commits)
    {
        var canary = hosts[0];
        switch (commit % 8)
        {
            case 0 or 4:
                canary.Versions["nixpkgs"] = commit;
                return ($"locks/{canary.Name}.lock: Update nixpkgs", "", [canary]);
            case 1 or 5:
                return Promote("early", "nixpkgs");
            case 2 when commit % 40 == 2:
                Host[] all = [root, .. hosts];
                foreach (var host in all)
                    host.Versions["sops-nix"] = commit;
                return ($"{all.Length} locks: Update sops-nix", "", all);
            case 2:
                var alone = hosts[^(1 + (commit / 8 % Math.Min(4, hosts.Length / 2)))];
                alone.Versions["sops-nix"] = commit;
                return ($"locks/{alone.Name}.lock: Update sops-nix", "", [alone]);
            case 3:
                return Promote("rest", "nixpkgs");
            case 6:
                canary.Versions["home-manager"] = commit;
                return ($"locks/{canary.Name}.lock: Update home-manager", "", [canary]);
            default:
                return Promote(commit % 16 == 7 ? "early" : "rest", "home-manager");
        }

        (string, string, Host[]) Promote(string ring, string input)
        {
            // The last host but one has stayed at its revision for a while.
            Host[] targets =
            [
                .. hosts.Where(host => host.Ring == ring && !(input == "nixpkgs" && host == hosts[^2] && commit > commits * 2 / 3)),
                .. hosts.Where(host => host != canary && host.Ring == "canary"),
                .. ring == "rest" ? (Host[])[root] : [],
            ];
            foreach (var target in targets)
                target.Versions[input] = canary.Versions[input];
            return ($"{targets.Length} locks: Promote {input} from {canary.Name}", canary.Name, targets);
        }
    }

    static IEnumerable<(string Path, string Text)> Files(Host[] hosts)
    {
        yield return ("flake.nix", $$"""
            {
            {{string.Concat(Declared.Select(input => $"  inputs.{input.Name}.url = \"github:{input.Owner}/{input.Name}\";\n"))}}
              inputs.home-manager.inputs.nixpkgs.follows = "nixpkgs";
              outputs = inputs: import ./hostlock.nix inputs (_: {
                nixosConfigurations = {
            {{string.Concat(hosts.Select(host => $"      {host.Name} = import ./host.nix;\n"))}}    };
              });
            }

            """);
        yield return ("hostlock.nix", File.ReadAllText(Path.Combine(Repository.Root, "nix/hostlock.nix")));
        yield return ("hostlock.toml", $"""
            version = 1
            outputs = [ "nixosConfigurations" ]

            [rings.canary]
            [rings.early]
            after = "canary"
            [rings.rest]
            after = "early"

            {string.Concat(hosts.Select(host => $"[hosts.{host.Name}]\nring = \"{host.Ring}\"\n"))}
            [hosts.{hosts[^2].Name}.freeze.nixpkgs]
            reason = "ZFS 2.4 does not import the pool"
            until = "2026-12-31"

            """);
    }

    static string Lock(Host host, Host[] hosts, int commits)
    {
        var nodes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var root = new List<string>();
        var own = 1;
        // The lock of one host lacks an input that is declared.
        foreach (var (name, owner, hasOwn) in Declared.Where(input => input.Name != "disko" || host != hosts[^1]))
        {
            root.Add($"        \"{name}\": \"{name}\"");
            var inputs = name == "home-manager" ? """
                      "inputs": {
                        "nixpkgs": [
                          "nixpkgs"
                        ]
                      },

                """
                : hasOwn ? $"      \"inputs\": {{\n        \"nixpkgs\": \"nixpkgs_{++own}\"\n      }},\n" : "";
            nodes[name] = Node(name, owner, host.Versions[name], commits, inputs);
            if (hasOwn)
                nodes[string.Create(CultureInfo.InvariantCulture, $"nixpkgs_{own}")] =
                    Node("nixpkgs", "NixOS", own == 2 ? 0 : -own, commits, "");
        }
        nodes["root"] = $"    \"root\": {{\n      \"inputs\": {{\n{string.Join(",\n", root)}\n      }}\n    }}";
        var all = nodes.Select(node => node.Value.Replace("\"KEY\"", $"\"{node.Key}\"", StringComparison.Ordinal));
        return $"{{\n  \"nodes\": {{\n{string.Join(",\n", all)}\n  }},\n  \"root\": \"root\",\n  \"version\": 7\n}}\n";
    }

    static string Node(string name, string owner, int version, int commits, string inputs)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name} {version}")));
        return string.Create(CultureInfo.InvariantCulture, $$"""
                "KEY": {
            {{inputs}}      "locked": {
                    "lastModified": {{At(version, commits) - 86400}},
                    "narHash": "sha256-{{Convert.ToBase64String(digest)}}",
                    "owner": "{{owner}}",
                    "repo": "{{name}}",
                    "rev": "{{Convert.ToHexStringLower(digest)[..40]}}",
                    "type": "github"
                  },
                  "original": {
                    "owner": "{{owner}}",
                    "repo": "{{name}}",
                    "type": "github"
                  }
                }
            """);
    }

    static long At(int commit, int commits) => Now.AddHours((commit - commits) * HoursBetweenCommits).ToUnixTimeSeconds();

    static void Write(MemoryStream stream, string text) => stream.Write(Encoding.UTF8.GetBytes(text));

    static void Data(MemoryStream stream, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Write(stream, $"data {bytes.Length}\n");
        stream.Write(bytes);
        Write(stream, "\n");
    }
}
