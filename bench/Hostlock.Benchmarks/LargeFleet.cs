using System.Text;

namespace Hostlock.Benchmarks;

/// <summary>A thousand hosts with a hundred nodes each in their locks: nothing of it has to be there to be read.</summary>
static class LargeFleet
{
    public static void Write(string root, string folder, int hosts, int nodes)
    {
        Directory.CreateDirectory(Path.Combine(folder, "locks"));
        var inputs = string.Concat(Enumerable.Range(0, nodes).Select(i => $"  inputs.input{i}.url = \"github:acme/input{i}\";\n"));
        File.WriteAllText(
            Path.Combine(folder, "flake.nix"),
            $"{{\n{inputs}  outputs = inputs: import ./hostlock.nix inputs (_: {{ nixosConfigurations = import ./h.nix; }});\n}}\n");
        File.WriteAllText(
            Path.Combine(folder, "hostlock.toml"),
            $"version = 1\n{string.Concat(Enumerable.Range(0, hosts).Select(i => $"[hosts.host{i}]\n"))}");
        File.Copy(Path.Combine(root, "nix/hostlock.nix"), Path.Combine(folder, "hostlock.nix"));
        WriteLocks(folder, hosts, nodes);
        File.WriteAllBytes(Path.Combine(folder, "flake.lock"), Lock(0, nodes));
    }

    /// <summary>Puts all hosts but the first into a ring that comes after it.</summary>
    public static void WriteRings(string folder, int hosts) => File.WriteAllText(
        Path.Combine(folder, "hostlock.toml"),
        "version = 1\n[rings.canary]\n[rings.rest]\nafter = \"canary\"\nparallel = 50\n"
            + string.Concat(Enumerable.Range(0, hosts).Select(i => $"[hosts.host{i}]\nring = \"{(i == 0 ? "canary" : "rest")}\"\n")));

    /// <summary>Writes the locks anew: every host has a revision of its own of one input.</summary>
    public static void WriteLocks(string folder, int hosts, int nodes)
    {
        for (var i = 0; i < hosts; i++)
            File.WriteAllBytes(Path.Combine(folder, $"locks/host{i}.lock"), Lock(i, nodes));
    }

    static byte[] Lock(int host, int nodes)
    {
        var text = new StringBuilder("{\n  \"nodes\": {\n");
        foreach (var i in Enumerable.Range(0, nodes).OrderBy(i => $"input{i}", StringComparer.Ordinal))
        {
            var revision = (i == 0 ? host : i).ToString("x40", System.Globalization.CultureInfo.InvariantCulture);
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $$"""
                    "input{{i}}": {
                      "locked": {
                        "lastModified": {{1700000000 + (i == 0 ? 0 : i)}},
                        "narHash": "sha256-{{new string('A', 43)}}=",
                        "owner": "acme",
                        "repo": "input{{i}}",
                        "rev": "{{revision}}",
                        "type": "github"
                      },
                      "original": {
                        "owner": "acme",
                        "repo": "input{{i}}",
                        "type": "github"
                      }
                    },

                """);
        }
        var inputs = string.Join(
            ",\n",
            Enumerable.Range(0, nodes).Select(i => $"input{i}").Order(StringComparer.Ordinal).Select(
                name => $"        \"{name}\": \"{name}\""));
        text.Append("    \"root\": {\n      \"inputs\": {\n")
            .Append(inputs)
            .Append("\n      }\n    }\n  },\n  \"root\": \"root\",\n  \"version\": 7\n}\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
