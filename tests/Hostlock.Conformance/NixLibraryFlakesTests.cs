using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>Two flakes beside each other in one repository: what hostlock does to both at the root, real Nix sees in each.</summary>
public class NixLibraryFlakesTests
{
    [Theory]
    [InlineData("2.34")]
    [InlineData("2.26")]
    [InlineData("2.8")]
    public void A_host_of_two_flakes_moves_in_both_and_the_others_in_none(string release)
    {
        using var fleet = new OneFleet("fleet/nixos");
        var nix = RealNix.Get(release, fleet.Folder);
        foreach (var (flake, output) in (ReadOnlySpan<(string, string)>)[("nixos", "nixosConfigurations"), ("home", "homeConfigurations")])
        {
            fleet.Write($"../{flake}/flake.nix", $$"""
                {
                  inputs.nixpkgs.url = "{{fleet.Input("nixpkgs")}}";
                  outputs = inputs: import ./hostlock.nix inputs ({ self, nixpkgs }:
                    let host = name: nixpkgs.lib.nixosSystem {
                      modules = [ ({ lib, ... }: { networking.domain = name + " {{flake}} " + lib.version; }) ];
                    };
                    in { {{output}} = { plex = host "plex"; web = host "web"; }; });
                }
                """);
            fleet.Write($"../{flake}/hostlock.nix", fleet.Read("hostlock.nix"));
            fleet.Write(
                $"../{flake}/hostlock.toml",
                $"version = 1\nstamp = false\n[hosts.plex]\nconfigurations = [\"{output}.plex\"]\n"
                    + $"[hosts.web]\nconfigurations = [\"{output}.web\"]\n");
        }
        fleet.Commit();
        _ = Hostlock("lock", "--all").Succeeded;
        fleet.Commit();
        Assert.Equal("plex nixos 25.11-a; web nixos 25.11-a; plex home 25.11-a; web home 25.11-a", Domains());

        fleet.Move("nixpkgs", "25.11-b");
        _ = Hostlock("update", "plex", "--commit").Succeeded;
        Assert.Equal("plex nixos 25.11-b; web nixos 25.11-a; plex home 25.11-b; web home 25.11-a", Domains());

        _ = Hostlock("undo").Succeeded;
        Assert.Equal("plex nixos 25.11-a; web nixos 25.11-a; plex home 25.11-a; web home 25.11-a", Domains());

        Ended Hostlock(params string[] words) => HostlockProgram.Run(fleet.Folder["fleet"], fleet.Folder["home"], words);

        string Domains() => nix.Run(fleet.Folder["fleet"], "eval", "--raw", "--impure", "--expr", $$"""
            let
              flake = folder: builtins.getFlake "git+file://{{fleet.Folder["fleet"]}}?dir=${folder}";
              domain = hosts: name: hosts.${name}.config.networking.domain;
            in
            builtins.concatStringsSep "; " (
              map (domain (flake "nixos").nixosConfigurations) [ "plex" "web" ]
              ++ map (domain (flake "home").homeConfigurations) [ "plex" "web" ])
            """).Succeeded;
    }
}
