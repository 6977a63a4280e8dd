using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>The systems that two locks make, built and compared by real Nix.</summary>
public class ClosureTests
{
    [Fact]
    public void Diff_compares_the_systems_that_two_locks_make()
    {
        using var hosts = new SevenHosts().Adopted();
        var nix = RealNix.Get("2.34", hosts.Folder);
        var variables = nix.Variables;
        hosts.Move("nixpkgs", 10, text: "26.05\n");
        _ = hosts.Hostlock("update", "plex").Succeeded;
        var status = TestGit.In(hosts.Fleet, "status", "--porcelain");

        var apart = Run.Program(HostlockProgram.Path, hosts.Fleet, variables, ["diff", "root", "plex", "--closure"]);
        var alike = Run.Program(HostlockProgram.Path, hosts.Fleet, variables, ["diff", "plex", "plex", "--closure"]);
        var json = Run.Program(HostlockProgram.Path, hosts.Fleet, variables, ["diff", "root", "plex", "--closure", "--json"]);

        Assert.Contains("• Updated input 'nixpkgs':", apart.Succeeded, StringComparison.Ordinal);
        Assert.Matches("(?m)^nixos-system-plex +.*25[.]11.* → .*26[.]05", apart.Output);
        Assert.Contains("building plex by the lock of plex", apart.Errors, StringComparison.Ordinal);
        Assert.EndsWith("\nthe systems are the same\n", alike.Succeeded, StringComparison.Ordinal);
        Assert.Matches("\"nixos-system-plex\": [{]\\s*\"kind\": \"upgraded\"", json.Succeeded);
        // The user's files are not touched: the flake was copied.
        Assert.Equal(status, TestGit.In(hosts.Fleet, "status", "--porcelain"));
    }

    [Fact]
    public void What_nix_says_when_it_fails_is_said()
    {
        using var hosts = new SevenHosts().Adopted();
        var nix = RealNix.Get("2.34", hosts.Folder);
        hosts.Folder.Write("fleet/hosts/plex.nix", "{ ... }: { networking.hostName = throw \"no name for it\"; }");

        var failed = Run.Program(HostlockProgram.Path, hosts.Fleet, nix.Variables, ["diff", "root", "plex", "--closure"]);
        var without = hosts.Hostlock("diff", "root", "root", "--closure");

        Assert.Equal(3, failed.ExitCode);
        Assert.Contains("error: 'nix build' failed:", failed.Errors, StringComparison.Ordinal);
        Assert.Contains("no name for it", failed.Errors, StringComparison.Ordinal);
        Assert.Equal(2, without.ExitCode);
    }
}
