using System.Text.Json;
using System.Text.Json.Nodes;
using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>hostlock.nix around the frameworks that make the outputs of a flake, and under the tools that deploy them, in real
/// Nix.</summary>
public class NixLibraryFrameworksTests
{
    static readonly string[] Releases = ["2.34", "2.26", "2.8"];

    static readonly string Nowhere = new('e', 40);

    /// <summary>Each framework, with the inputs of the root lock that it asks to learn the names of the outputs.</summary>
    static readonly Dictionary<string, string[]> Asked = new()
    {
        ["flake-parts"] = ["flake-parts", "nixpkgs"],
        ["flake-utils-plus"] = ["utils"],
        ["snowfall-lib"] = ["flake-utils-plus", "nixpkgs", "snowfall-lib", "wallpapers"],
        ["blueprint"] = ["blueprint", "nixpkgs"],
    };

    public static MatrixTheoryData<string, string> Frameworks() => new(Asked.Keys, Releases);

    public static TheoryData<string> EachRelease() => [.. Releases];

    [Theory]
    [MemberData(nameof(Frameworks))]
    public void A_framework_is_wrapped_unchanged_and_its_hosts_move_alone(string framework, string release)
    {
        using var fleet = OneFleet.Using(framework);
        var nix = RealNix.Get(release, fleet.Folder);
        // flake-utils-plus writes the commit into each system, if all is committed.
        fleet.Write("notes", "not committed\n");
        var code = fleet.Read("flake.nix");
        var native = Derivations(fleet, nix);

        Adopt(fleet, nix);
        var adopted = Derivations(fleet, nix);
        fleet.Move("nixpkgs", "25.11-b");
        _ = fleet.Hostlock("update", "plex").Succeeded;
        var updated = Derivations(fleet, nix);

        Assert.Equal(code, WithoutInsertions(fleet.Read("flake.nix"), code));
        Assert.Equal(["dobro", "orc", "plex"], native.Keys);
        Assert.Equal(native, adopted);
        Assert.Equal(["plex"], native.Keys.Where(host => adopted[host] != updated[host]));
    }

    [Theory]
    [MemberData(nameof(Frameworks))]
    public void A_host_of_a_framework_needs_its_own_lock_alone(string framework, string release)
    {
        using var fleet = OneFleet.Using(framework);
        var nix = RealNix.Get(release, fleet.Folder);
        fleet.Write("notes", "not committed\n");
        Adopt(fleet, nix);
        var before = Plex();
        var (root, toml) = (fleet.Read("flake.lock"), fleet.Read("hostlock.toml"));
        foreach (var file in (string[])["flake.lock", "locks/orc.lock", "locks/dobro.lock"])
            fleet.Break(file);

        var withNames = Plex();

        Assert.Equal(before, withNames);
        // If the names of the outputs are not listed, the framework is asked for them, by the root lock: exactly these inputs.
        fleet.Write(
            "hostlock.toml", string.Join('\n', toml.Split('\n').Where(line => !line.StartsWith("outputs = ", StringComparison.Ordinal))));
        fleet.Write("flake.lock", root);
        fleet.Break("flake.lock", NodesOf(root).Except(Asked[framework]));
        Assert.Equal(before, Plex());
        Assert.All(release == "2.34" ? Asked[framework] : Asked[framework][..1], input =>
        {
            fleet.Write("flake.lock", root);
            fleet.Break("flake.lock", [input]);
            Assert.Contains(Nowhere, fleet.Error(nix, $"flake: flake.{Toplevel("plex")}"), StringComparison.Ordinal);
        });

        string Plex() => fleet.Eval(nix, $"flake: flake.{Toplevel("plex")}");
    }

    [Theory]
    [InlineData("2.34")]
    [InlineData("2.26")]
    public void A_leading_dot_keeps_Nix_from_the_packages_of_the_root_lock(string release)
    {
        using var fleet = OneFleet.Using("flake-parts");
        var nix = RealNix.Get(release, fleet.Folder);
        Adopt(fleet, nix);
        fleet.Break("flake.lock");

        var with = nix.Run(fleet.Path, "eval", "--raw", $".#.{Toplevel("plex")}");
        var without = nix.Run(fleet.Path, "eval", "--raw", $".#{Toplevel("plex")}");

        Assert.Equal("", with.ExitCode == 0 ? "" : with.Errors);
        Assert.Contains(Nowhere, without.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(EachRelease))]
    public void Tools_get_of_each_host_what_a_plain_rebuild_builds(string release)
    {
        using var fleet = OneFleet.Using("tools");
        var nix = RealNix.Get(release, fleet.Folder);
        var native = Seen();
        Adopt(fleet, nix);
        fleet.Write(
            "hostlock.toml",
            fleet.Read("hostlock.toml").Replace("[hosts.spare]\n", "[hosts.spare]\nlock = \"flake.lock\"\n", StringComparison.Ordinal));
        Assert.Contains("'homeConfigurations.\"jono@plex\"'", fleet.Read("hostlock.toml"), StringComparison.Ordinal);
        var adopted = Seen();
        fleet.Move("nixpkgs", "25.11-b");
        _ = fleet.Hostlock("update", "plex").Succeeded;

        var updated = Seen();

        Assert.Equal(native, adopted);
        Assert.Equal(
            ["activation/plex", "home/jono@plex", "host/plex"],
            native.Keys.Where(name => adopted[name] != updated[name]));
        _ = fleet.Hostlock("update", "imbp").Succeeded;
        Assert.Equal(["darwin/imbp"], native.Keys.Where(name => updated[name] != Seen()[name]));

        // By name what is built, once what deploy-rs, colmena and a plain rebuild build is the same.
        Dictionary<string, string> Seen()
        {
            var seen = Built(fleet, nix, ["deployed", "hive", "selected"], """
                  activation = builtins.mapAttrs (_: node: node.profiles.system.path) flake.deploy.nodes;
                  deployed = builtins.mapAttrs (_: node: node.profiles.system.path.base) flake.deploy.nodes;
                  hive = flake.colmenaHive.toplevel;
                  selected = builtins.mapAttrs (_: drvPath: { inherit drvPath; })
                    (flake.colmenaHive.evalSelectedDrvPaths [ "orc" "plex" "spare" ]);
                  home = builtins.mapAttrs (_: home: home.activationPackage) flake.homeConfigurations;
                  darwin = builtins.mapAttrs (_: mac: mac.system) flake.darwinConfigurations;
                """);
            return ((string[])["activation", "darwin", "home", "host"])
                .SelectMany(way => seen[way]!.AsObject().Select(pair => ($"{way}/{pair.Key}", (string)pair.Value!)))
                .ToDictionary();
        }
    }

    [Theory]
    [MemberData(nameof(EachRelease))]
    public void Deploying_one_host_needs_no_lock_of_another_but_a_hive_looks_at_all_its_nodes(string release)
    {
        using var fleet = OneFleet.Using("tools");
        var nix = RealNix.Get(release, fleet.Folder);
        Adopt(fleet, nix);
        fleet.Break("locks/orc.lock");

        Assert.Contains(
            "activatable-nixos-system-plex",
            fleet.Eval(nix, "flake: flake.deploy.nodes.plex.profiles.system.path.drvPath"),
            StringComparison.Ordinal);
        Assert.Contains(Nowhere, fleet.Error(nix, "flake: flake.colmenaHive.toplevel.plex.drvPath"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(EachRelease))]
    public void A_hive_with_modules_of_its_own_builds_each_host_by_its_own_lock(string release)
    {
        using var fleet = OneFleet.Using("tools");
        var nix = RealNix.Get(release, fleet.Folder);
        fleet.Write("flake.nix", $$"""
            {
              inputs.nixpkgs.url = "{{fleet.Input("nixpkgs")}}";
              inputs.colmena.url = "{{fleet.Input("colmena")}}";
              outputs = { self, nixpkgs, colmena }: {
                colmenaHive = colmena.lib.makeHive {
                  meta.nixpkgs = nixpkgs.legacyPackages.x86_64-linux;
                  defaults = { lib, ... }: { environment.etc.release.text = nixpkgs.lib.version; };
                  plex = { networking.hostName = "plex"; deployment.targetHost = nixpkgs.lib.version; };
                  orc = { networking.hostName = "orc"; };
                };
                nixosConfigurations = { inherit (self.colmenaHive.nodes) plex orc; };
              };
            }
            """);
        fleet.Lock("root");
        var native = Seen();
        Adopt(fleet, nix);
        var adopted = Seen();
        fleet.Move("nixpkgs", "25.11-b");
        _ = fleet.Hostlock("update", "plex").Succeeded;
        var updated = Seen();

        Assert.Equal(native, adopted);
        Assert.Equal(["plex"], native.Keys.Where(name => adopted[name] != updated[name]));
        Assert.Equal("25.11-b", fleet.Eval(nix, "flake: (flake.colmenaHive.deploymentConfigSelected [ \"plex\" ]).plex.targetHost"));

        // By node what is built, once every way to it leads to the same.
        Dictionary<string, string> Seen()
        {
            var seen = Built(fleet, nix, ["node", "hive", "selected"], """
                  node = builtins.mapAttrs (_: node: node.config.system.build.toplevel) flake.colmenaHive.nodes;
                  hive = flake.colmenaHive.toplevel;
                  selected = builtins.mapAttrs (_: drvPath: { inherit drvPath; }) (flake.colmenaHive.evalSelectedDrvPaths [ "orc" "plex" ]);
                """);
            return seen["host"]!.AsObject().Select(pair => (pair.Key, (string)pair.Value!)).ToDictionary();
        }
    }

    [Theory]
    [MemberData(nameof(EachRelease))]
    public void The_machines_of_clan_are_by_their_own_locks_both_ways_and_by_them_alone(string release)
    {
        using var fleet = OneFleet.Using("tools");
        var nix = RealNix.Get(release, fleet.Folder);
        fleet.Write("flake.nix", $$"""
            {
              inputs.nixpkgs.url = "{{fleet.Input("nixpkgs")}}";
              outputs = { self, nixpkgs }:
                let
                  machine = name: nixpkgs.lib.nixosSystem { modules = [ { networking.hostName = name; } ]; };
                  machines = nixpkgs.lib.genAttrs [ "plex" "orc" ] machine;
                in
                {
                  nixosConfigurations = machines;
                  clanInternals = { meta.name = "acme"; machines.x86_64-linux = machines // { installer = machine "installer"; }; };
                };
            }
            """);
        fleet.Lock("root");
        var native = Seen();
        Adopt(fleet, nix);
        var adopted = Seen();
        fleet.Move("nixpkgs", "25.11-b");
        _ = fleet.Hostlock("update", "plex").Succeeded;

        var updated = Seen();

        Assert.Equal(native, adopted);
        Assert.Equal(["clan/plex", "host/plex"], native.Keys.Where(name => adopted[name] != updated[name]));
        Assert.Equal(updated["host/plex"], updated["clan/plex"]);
        Assert.Equal("acme", fleet.Eval(nix, "flake: flake.clanInternals.meta.name"));

        Dictionary<string, string> Seen() => JsonSerializer.Deserialize<Dictionary<string, string>>(fleet.Eval(nix, """
            flake:
            let
              seen = way: machines: map (name: {
                name = "${way}/${name}";
                value = builtins.unsafeDiscardStringContext machines.${name}.config.system.build.toplevel.drvPath;
              }) (builtins.attrNames machines);
            in
            builtins.toJSON (builtins.listToAttrs (
              seen "clan" flake.clanInternals.machines.x86_64-linux ++ seen "host" flake.nixosConfigurations))
            """))!;
    }

    // What a user types, with nix at hand to name the hosts and the outputs that a framework makes.
    static void Adopt(OneFleet fleet, RealNix nix)
    {
        var variables = HostlockProgram.Variables(fleet.Folder["home"]);
        foreach (var (name, value) in nix.Variables)
            variables[name] = value;
        _ = Run.Program(HostlockProgram.Path, fleet.Path, variables, "init", "--yes").Succeeded;
        Assert.Contains("\noutputs = [", fleet.Read("hostlock.toml"), StringComparison.Ordinal);
    }

    static string WithoutInsertions(string text, string before)
    {
        foreach (var inserted in (string[])["inputs: import ./hostlock.nix inputs (", ")"])
        {
            var at = before.Zip(text).TakeWhile(pair => pair.First == pair.Second).Count();
            // What is inserted may begin as what it stands before.
            var start = text.LastIndexOf(inserted, Math.Min(text.Length - 1, at + inserted.Length - 1), StringComparison.Ordinal);
            text = text.Remove(start, inserted.Length);
        }
        return text;
    }

    static string Toplevel(string host) => $"nixosConfigurations.{host}.config.system.build.toplevel.drvPath";

    static IEnumerable<string> NodesOf(string text) =>
        JsonNode.Parse(text)!["nodes"]!.AsObject().Select(node => node.Key).Where(name => name != "root");

    // What is built, by way and name: `host` is a plain rebuild, and the text has more ways, each a set of derivations. The ways in `same`
    // have to build what a plain rebuild builds.
    static JsonObject Built(OneFleet fleet, RealNix nix, string[] same, string ways)
    {
        var built = JsonNode.Parse(fleet.Eval(nix, $$"""
            flake: builtins.toJSON (builtins.mapAttrs (_: builtins.mapAttrs (_: drv: builtins.unsafeDiscardStringContext drv.drvPath)) {
              host = builtins.mapAttrs (_: host: host.config.system.build.toplevel) flake.nixosConfigurations;
              {{ways}}
            })
            """))!.AsObject();
        Assert.All(same, way => Assert.Equal(built["host"]!.ToJsonString(), built[way]!.ToJsonString()));
        return built;
    }

    static Dictionary<string, string> Derivations(OneFleet fleet, RealNix nix) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(fleet.Eval(
            nix, "flake: builtins.toJSON (builtins.mapAttrs (_: host: builtins.unsafeDiscardStringContext "
                + "host.config.system.build.toplevel.drvPath) flake.nixosConfigurations)"))!;
}
