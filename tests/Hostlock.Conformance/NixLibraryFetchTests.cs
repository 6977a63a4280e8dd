using Hostlock.Conformance.Support;
using Hostlock.Fetching.Folders;
using Hostlock.Nar;

namespace Hostlock.Conformance;

/// <summary>The trees that hostlock.nix fetches, and their attributes, beside those of Nix for its own flake.lock.</summary>
public class NixLibraryFetchTests
{
    public static TheoryData<string> Releases() => ["2.34", "2.26", "2.8"];

    /// <summary>Attributes of `locked`, without those that every entry has.</summary>
    static readonly Dictionary<string, string> Forges = new()
    {
        ["github"] =
            "\"type\": \"github\", \"owner\": \"acme\", \"repo\": \"anvil\", \"rev\": \"0123456789abcdef0123456789abcdef01234567\"",
        ["github-dir"] = "\"type\": \"github\", \"owner\": \"acme\", \"repo\": \"anvil\", \"dir\": \"sub\", \"rev\": "
            + "\"0123456789abcdef0123456789abcdef01234567\"",
        ["gitlab"] =
            "\"type\": \"gitlab\", \"owner\": \"acme\", \"repo\": \"anvil\", \"rev\": \"0123456789abcdef0123456789abcdef01234567\"",
        ["sourcehut"] =
            "\"type\": \"sourcehut\", \"owner\": \"~acme\", \"repo\": \"anvil\", \"rev\": \"0123456789abcdef0123456789abcdef01234567\"",
        ["tarball"] = "\"type\": \"tarball\", \"url\": \"http://localhost:9/anvil.tar.gz\"",
        ["tarball-rev"] = "\"type\": \"tarball\", \"url\": \"http://localhost:9/anvil.tar.gz\", \"rev\": "
            + "\"0123456789abcdef0123456789abcdef01234567\", \"revCount\": 7",
    };

    [Theory]
    [MemberData(nameof(Releases))]
    public void Trees_in_the_store_are_taken_from_there_with_the_attributes_Nix_gives_them(string release)
    {
        using var fleet = new OneFleet();
        var nix = RealNix.Get(release, fleet.Folder);
        fleet.Folder.Write("tree/flake.nix", "{ outputs = { self }: { }; }");
        fleet.Folder.Write("tree/sub/flake.nix", "{ outputs = { self }: { }; }");
        var hash = NarHash.Of(new FolderTree(fleet.Folder["tree"]), TestContext.Current.CancellationToken);
        _ = nix.Run(
            fleet.Path,
            "eval",
            "--raw",
            "--impure",
            "--expr",
            $"builtins.path {{ name = \"source\"; path = {fleet.Folder["tree"]}; }}").Succeeded;
        // 2.8 refuses a date in the lock of a tarball.
        var names = Forges.Keys.Where(name => release != "2.8" || !name.StartsWith("tarball", StringComparison.Ordinal)).ToList();
        // The last second of a leap year's February, the first of March, the start of time, a day as any other, the two sides of a new
        // year, and those of the end of February in 2100, which is no leap year.
        long[] times = [951868799, 951868800, 0, 1700000001, 1735689599, 1735689600, 4107542399, 4107542400];
        var nodes = names.SelectMany(name => times.Select((time, at) => (Name: $"{name}-{at}", Node: $$"""
            {
              {{(name == "tarball" && at == 3 ? "\"flake\": false, " : "")}}
              "locked": { {{Forges[name]}}, "lastModified": {{time}}, "narHash": "{{hash}}" },
              "original": { "type": "indirect", "id": "{{name}}-{{at}}" }
            }
            """))).ToList();
        var text = $$"""
            {
              "nodes": {
                "root": { "inputs": { {{string.Join(", ", nodes.Select(node => $"\"{node.Name}\": \"{node.Name}\""))}} } },
                {{string.Join(", ", nodes.Select(node => $"\"{node.Name}\": {node.Node}"))}}
              },
              "root": "root",
              "version": 7
            }
            """;
        fleet.Write("flake.lock", text);
        fleet.Write("locks/plex.lock", text);
        fleet.Write("hostlock.toml", "version = 1\n[hosts.plex]\n");
        fleet.Write("flake.nix", $$"""
            {
              {{(release == "2.8" ? "" : "inputs.tarball-3 = { type = \"indirect\"; id = \"tarball-3\"; flake = false; };")}}
              outputs = inputs@{ self, {{string.Join(", ", nodes.Select(node => node.Name))}} }: import ./hostlock.nix inputs (inputs: {
                nixosConfigurations = rec {
                  native = seen;
                  plex = seen;
                  seen = builtins.mapAttrs (_: input: removeAttrs input [ "outPath" "sourceInfo" "outputs" ] // {
                    at = input.outPath;
                    source = removeAttrs input.sourceInfo or { } [ "outPath" ];
                    from = input.sourceInfo.outPath or null;
                  }) (removeAttrs inputs [ "self" ]);
                };
              });
            }
            """);
        fleet.Commit();

        var native = fleet.Eval(nix, "flake: builtins.toJSON flake.nixosConfigurations.native");
        var byLock = fleet.Eval(nix, "flake: builtins.toJSON flake.nixosConfigurations.plex");

        Assert.Contains("20000229235959", byLock, StringComparison.Ordinal);
        Assert.Equal(WhereNixGivesLess(release, native), WhereNixGivesLess(release, byLock));
    }

    [Theory]
    [InlineData("2.34", false)]
    [InlineData("2.26", false)]
    [InlineData("2.8", true)]
    public void A_folder_that_is_gone_is_in_the_store_for_a_flake_lock_and_for_a_host_if_fetchTree_looks_there(string release, bool looks)
    {
        using var fleet = new OneFleet();
        var nix = RealNix.Get(release, fleet.Folder);
        fleet.Folder.Write("anvil/flake.nix", "{ outputs = { self }: { word = \"anvil\"; }; }");
        fleet.Write("flake.nix", $$"""
            {
              inputs.anvil.url = "path:{{fleet.Folder["anvil"]}}";
              outputs = inputs: import ./hostlock.nix inputs ({ self, anvil }: {
                nixosConfigurations = { plex = anvil.word; native = anvil.word; };
              });
            }
            """);
        fleet.Write(
            "hostlock.toml", "version = 1\noutputs = [\"nixosConfigurations\"]\n[hosts.plex]\n[hosts.native]\nlock = \"flake.lock\"\n");
        fleet.Lock("root", "plex");
        fleet.Commit();
        Assert.Equal("anvil anvil", fleet.Eval(nix, "flake: with flake.nixosConfigurations; \"${native} ${plex}\""));

        Directory.Delete(fleet.Folder["anvil"], recursive: true);

        Assert.Equal("anvil", fleet.Eval(nix, "flake: flake.nixosConfigurations.native"));
        if (looks)
            Assert.Equal("anvil", fleet.Eval(nix, "flake: flake.nixosConfigurations.plex"));
        else
            Assert.Contains("does not exist", fleet.Error(nix, "flake: flake.nixosConfigurations.plex"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2.34")]
    [InlineData("2.26")]
    public void What_needs_a_token_is_said_to(string release)
    {
        using var fleet = new OneFleet();
        var nix = RealNix.Get(release, fleet.Folder);
        nix.Configure("connect-timeout = 1\ndownload-attempts = 1\naccess-tokens = github.com=none");
        fleet.Write(
            "flake.nix",
            "{ outputs = inputs@{ self, ... }: import ./hostlock.nix inputs ({ self, anvil ? null }: { nixosConfigurations.plex = "
                + "anvil.outPath; }); }");
        fleet.Write(
            "locks/plex.lock",
            $$"""
            {
              "nodes": {
                "root": { "inputs": { "anvil": "anvil" } },
                "anvil": { "locked": { {{Forges["github"]}}, "lastModified": 1, "narHash": "sha256-{{new string('A', 43)}}=" } }
              },
              "root": "root",
              "version": 7
            }
            """);
        fleet.Write("hostlock.toml", "version = 1\n[hosts.plex]\n");
        fleet.Commit();
        var open = fleet.Error(nix, "flake: flake.nixosConfigurations.plex");

        fleet.Write("hostlock.toml", "version = 1\nprivate = [\"github:acme\"]\n[hosts.plex]\n");
        var closed = fleet.Error(nix, "flake: flake.nixosConfigurations.plex");

        Assert.Contains("private = [ \"github:acme/anvil\" ]", open, StringComparison.Ordinal);
        Assert.Contains(
            "https://github.com/acme/anvil/archive/0123456789abcdef0123456789abcdef01234567.tar.gz", open, StringComparison.Ordinal);
        // With a token Nix asks the API.
        Assert.Contains("https://api.github.com/repos/acme/anvil/tarball/", closed, StringComparison.Ordinal);
    }

    // Older releases leave out attributes that hostlock.nix gives in every release.
    static string WhereNixGivesLess(string release, string json)
    {
        var document = System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject();
        foreach (var (name, input) in document)
        {
            if (release == "2.8")
            {
                input!.AsObject().Remove("_type");
                if (name.StartsWith("github-dir", StringComparison.Ordinal))
                    input.AsObject().Remove("at");
            }
            if (release != "2.34" && name == "tarball-3")
            {
                input!.AsObject().Remove("source");
                input.AsObject().Remove("from");
            }
        }
        return document.ToJsonString();
    }
}
