using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>hostlock.nix under the ways people lay out their flakes, in real Nix.</summary>
public partial class NixLibraryShapesTests
{
    public static TheoryData<string> Releases() => ["2.34", "2.26", "2.8"];

    /// <summary>2.8 cannot read the relative path inputs that 2.34 writes into a flake.lock.</summary>
    public static TheoryData<string> ReleasesWithRelativeInputs() => ["2.34", "2.26"];

    [Theory]
    [MemberData(nameof(Releases))]
    public void A_flake_in_a_folder_of_the_host_is_built_by_the_lock_beside_it(string release)
    {
        using var fleet = new OneFleet();
        var nix = RealNix.Get(release, fleet.Folder);
        fleet.Write("flake.nix", $$"""
            {
              inputs.nixpkgs.url = "{{fleet.Input("nixpkgs")}}";
              outputs = inputs: import ./hostlock.nix inputs ({ self, nixpkgs }: { nixosConfigurations = { }; });
            }
            """);
        fleet.Write("hosts/plex/flake.nix", $$"""
            {
              inputs.nixpkgs.url = "{{fleet.Input("nixpkgs")}}";
              outputs = { self, nixpkgs }: {
                nixosConfigurations.plex = nixpkgs.lib.nixosSystem {
                  modules = [ ../../modules/common.nix { networking.hostName = baseNameOf self.outPath; } ];
                };
              };
            }
            """);
        fleet.Write("modules/common.nix", "{ lib, ... }: { networking.domain = \"lan \" + lib.version; }");
        fleet.Write("hostlock.toml", "version = 1\n[hosts.plex]\nflake = \"hosts/plex/flake.nix\"\nlock = \"hosts/plex/flake.lock\"\n");
        fleet.Lock("root", "plex");
        fleet.Commit();
        Assert.Equal("plex lan 25.11-a", Domain());

        fleet.Move("nixpkgs", "25.11-b");
        _ = fleet.Hostlock("update", "plex").Succeeded;

        Assert.Equal("plex lan 25.11-b", Domain());

        string Domain() => fleet.Eval(nix, "flake: with flake.nixosConfigurations.plex.config.networking; \"${hostName} ${domain}\"");
    }

    [Theory]
    [MemberData(nameof(ReleasesWithRelativeInputs))]
    public void An_input_that_is_the_flake_of_a_host_is_handed_over_by_its_own_lock(string release)
    {
        using var fleet = new OneFleet();
        var nix = RealNix.Get(release, fleet.Folder);
        fleet.Write("flake.nix", $$"""
            {
              inputs.plex-flake.url = "path:./hosts/plex";
              inputs.orc-flake.url = "path:./hosts/orc";
              outputs = inputs: import ./hostlock.nix inputs ({ self, plex-flake, orc-flake }: {
                nixosConfigurations.plex = plex-flake.inputs.nixpkgs.lib.nixosSystem {
                  modules = [ { networking.hostName = plex-flake.motto; } ];
                };
                nixosConfigurations.orc = orc-flake.inputs.nixpkgs.lib.nixosSystem {
                  modules = [ { networking.hostName = orc-flake.motto; } ];
                };
              });
            }
            """);
        foreach (var host in (string[])["plex", "orc"])
            fleet.Write(
                $"hosts/{host}/flake.nix",
                $$"""
                {
                  inputs.nixpkgs.url = "{{fleet.Input("nixpkgs")}}";
                  outputs = { self, nixpkgs }: { motto = "{{host}} " + nixpkgs.lib.nixosVersion; };
                }
                """);
        fleet.Write("hostlock.toml", """
            version = 1
            [hosts.plex]
            flake = "hosts/plex/flake.nix"
            lock = "hosts/plex/flake.lock"
            [hosts.orc]
            flake = "hosts/orc/flake.nix"
            lock = "hosts/orc/flake.lock"
            """);
        fleet.Lock("root", "plex", "orc");
        fleet.Commit();
        fleet.Move("nixpkgs", "25.11-b");
        _ = fleet.Hostlock("update", "plex").Succeeded;

        var names = fleet.Eval(
            nix, "flake: with flake.nixosConfigurations; \"${plex.config.networking.hostName}, ${orc.config.networking.hostName}\"");

        Assert.Equal("plex 25.11-b, orc 25.11-a", names);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void A_second_flake_file_beside_the_first_declares_the_inputs_of_a_host(string release)
    {
        using var fleet = new OneFleet();
        var nix = RealNix.Get(release, fleet.Folder);
        fleet.Write("flake.nix", $$"""
            {
              inputs.nixpkgs.url = "{{fleet.Input("nixpkgs")}}";
              inputs.hardware.url = "{{fleet.Input("hardware")}}";
              outputs = inputs: import ./hostlock.nix inputs ({ self, nixpkgs, hardware, extra ? null }: {
                nixosConfigurations.plex = nixpkgs.lib.nixosSystem {
                  modules = [ { has.extra = extra != null; names = builtins.attrNames self.inputs; } ];
                };
                nixosConfigurations.orc = nixpkgs.lib.nixosSystem { modules = [ hardware.laptop ]; };
              });
            }
            """);
        fleet.Write("flake-plex.nix", $$"""
            {
              inputs = { nixpkgs.url = "{{fleet.Input("nixpkgs")}}"; extra = { url = "{{fleet.Input("wallpapers")}}"; flake = false; }; };
              outputs = _: { };
            }
            """);
        fleet.Write("flake-orc.nix", $$"""{ inputs.nixpkgs.url = "{{fleet.Input("nixpkgs")}}"; outputs = _: { }; }""");
        fleet.Write("hostlock.toml", """
            version = 1
            lock = "flake-{host}.lock"
            [hosts]
            plex = { flake = "flake-plex.nix" }
            orc = { flake = "flake-orc.nix" }
            """);
        fleet.Lock("root", "plex", "orc");
        fleet.Commit();

        Assert.Equal(
            """{"has":{"extra":true},"names":["extra","nixpkgs"]}""",
            fleet.Eval(nix, "flake: builtins.toJSON { inherit (flake.nixosConfigurations.plex.config) has names; }"));
        Assert.Contains(
            "flake-orc.nix: it does not declare input 'hardware'",
            fleet.Error(nix, "flake: flake.nixosConfigurations.orc.config.services"),
            StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ReleasesWithRelativeInputs))]
    public void A_flake_in_a_folder_of_its_repository_finds_its_locks_and_its_neighbours(string release)
    {
        using var fleet = new OneFleet("fleet/nix");
        var nix = RealNix.Get(release, fleet.Folder);
        fleet.Write("flake.nix", $$"""
            {
              inputs.nixpkgs.url = "{{fleet.Input("nixpkgs")}}";
              inputs.near.url = "path:./near";
              outputs = inputs: import ./hostlock.nix inputs ({ self, nixpkgs, near }: {
                nixosConfigurations.plex = nixpkgs.lib.nixosSystem {
                  modules = [ { near = near.text; place = self.sourceInfo.outPath == "${near.sourceInfo}"; } ];
                };
              });
            }
            """);
        fleet.Write("near/flake.nix", "{ outputs = { self }: { text = builtins.readFile ./text + builtins.readFile ../../above; }; }");
        fleet.Write("near/text", "near ");
        fleet.Write("../above", "above");
        fleet.Write("hostlock.toml", "version = 1\n[hosts.plex]\n");
        fleet.Lock("root", "plex");
        fleet.Commit();

        var seen = fleet.Eval(nix, "flake: builtins.toJSON { inherit (flake.nixosConfigurations.plex.config) near place; }");

        Assert.Equal("""{"near":"near above","place":true}""", seen);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void Inputs_that_only_the_formals_name_go_on_working(string release)
    {
        using var fleet = new OneFleet();
        var nix = RealNix.Get(release, fleet.Folder);
        // Locked as a declared input first, since there is no registry here; then the declaration goes.
        fleet.Write("flake.nix", $$"""{ inputs.nixpkgs.url = "{{fleet.Input("nixpkgs")}}"; outputs = { self, nixpkgs }: { }; }""");
        fleet.Write("hostlock.toml", "version = 1\n[hosts.plex]\n");
        fleet.Lock("root", "plex");
        foreach (var name in (string[])["flake.lock", "locks/plex.lock"])
            fleet.Write(
                name,
                System.Text.RegularExpressions.Regex.Replace(
                    fleet.Read(name), "\"original\": \\{[^}]*\\}", "\"original\": { \"id\": \"nixpkgs\", \"type\": \"indirect\" }"));
        fleet.Write("flake.nix", """
            {
              outputs = inputs@{ self, nixpkgs, ... }: import ./hostlock.nix inputs ({ self, nixpkgs }: {
                nixosConfigurations.plex = nixpkgs.lib.nixosSystem { modules = [ { networking.hostName = "plex"; } ]; };
              });
            }
            """);
        fleet.Commit();

        Assert.Equal("plex", fleet.Eval(nix, "flake: flake.nixosConfigurations.plex.config.networking.hostName"));
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void What_is_wrong_with_the_list_of_hosts_is_one_clear_error(string release)
    {
        using var fleet = new OneFleet();
        var nix = RealNix.Get(release, fleet.Folder);
        fleet.Write("flake.nix", $$"""
            {
              inputs.nixpkgs.url = "{{fleet.Input("nixpkgs")}}";
              outputs = inputs: import ./hostlock.nix inputs ({ self, nixpkgs }: {
                nixosConfigurations.plex = nixpkgs.lib.nixosSystem { modules = [ ]; };
              });
            }
            """);
        fleet.Write("hostlock.toml", "version = 1\n[hosts.plex]\n");
        fleet.Lock("root", "plex");
        fleet.Commit();
        var old = fleet.Read("locks/plex.lock");

        Assert.Contains(
            "hostlock.toml: its version 2 is newer than this hostlock.nix knows\nmend it with: hostlock init --upgrade",
            With("hostlock.toml", "version = 2\n"),
            StringComparison.Ordinal);
        Assert.Contains(
            "hostlock.toml: 'plex' is not OUTPUT.NAME",
            With("hostlock.toml", "version = 1\n[hosts.plex]\nconfigurations = [\"plex\"]\n"),
            StringComparison.Ordinal);
        Assert.Contains(
            "hostlock.toml: 'nixosConfigurations' has no 'orc', which orc is said to be",
            With("hostlock.toml", "version = 1\n[hosts.orc]\nlock = \"locks/plex.lock\"\n", "orc"),
            StringComparison.Ordinal);
        fleet.Write("hostlock.toml", "version = 1\nsurprise = 7\n[hosts.plex]\nsurprise.more = true\n");
        Assert.Contains(
            "locks/plex.lock: its version 4 is older than Nix reads\nmend it with: hostlock lock plex",
            With("locks/plex.lock", old.Replace("\"version\": 7", "\"version\": 4", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        // 2.8 tells what it was doing with --show-trace alone.
        Assert.Contains(
            release == "2.8" ? "parse error" : "while reading the lock 'locks/plex.lock'",
            With("locks/plex.lock", "{"),
            StringComparison.Ordinal);
        fleet.Write("locks/plex.lock", old);
        Assert.Equal("unnamed", fleet.Eval(nix, "flake: flake.nixosConfigurations.plex.config.networking.hostName or \"unnamed\""));
        TestGit.In(fleet.Path, "rm", "-q", "--cached", "hostlock.toml");
        Assert.Contains(
            "hostlock.toml: the list of hosts is not there, or git does not know it\n"
                + "mend it with: hostlock init; git add -N -f hostlock.toml",
            Failing("plex"),
            StringComparison.Ordinal);

        // Nix indents the second line of a message, each release in its own way.
        string Failing(string host) =>
            SecondLines().Replace(fleet.Error(nix, $"flake: flake.nixosConfigurations.{host}.config.system"), "\nmend it with");

        string With(string file, string text, string host = "plex")
        {
            fleet.Write(file, text);
            return Failing(host);
        }
    }

    [System.Text.RegularExpressions.GeneratedRegex("\\n *mend it with")]
    private static partial System.Text.RegularExpressions.Regex SecondLines();
}
