using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>Into hostlock and out of it again, one host at a time and altogether, with real Nix saying what moves.</summary>
public class EjectTests
{
    public static TheoryData<string> Releases() => ["2.34", "2.26", "2.8"];

    [Theory]
    [MemberData(nameof(Releases))]
    public void Hosts_come_and_go_one_at_a_time_and_only_they_move(string release)
    {
        using var hosts = new SevenHosts();
        var nix = RealNix.Get(release, hosts.Folder);
        _ = hosts.Hostlock("lock", "root").Succeeded;
        TestGit.Commit(hosts.Fleet, 3);
        var first = nix.Systems(hosts.Fleet);

        // One is adopted, the other six stay where they are.
        _ = hosts.Hostlock("init", "plex", "--yes").Succeeded;
        Assert.Equal(first, nix.Systems(hosts.Fleet));
        hosts.Move("nixpkgs", 10);
        _ = hosts.Hostlock("update", "plex").Succeeded;
        Assert.Equal(["plex"], Moved(first, nix.Systems(hosts.Fleet)));
        _ = hosts.Hostlock("update", "root").Succeeded;
        var updated = nix.Systems(hosts.Fleet);
        Assert.Equal(SevenHosts.Names.Order(StringComparer.Ordinal), Moved(first, updated));

        _ = hosts.Hostlock("init", "orc", "--yes").Succeeded;
        Assert.Equal(updated, nix.Systems(hosts.Fleet));
        hosts.Move("nixpkgs", 11, text: "26.05\n");
        _ = hosts.Hostlock("update", "orc").Succeeded;
        Assert.Equal(["orc"], Moved(updated, nix.Systems(hosts.Fleet)));

        // It goes back to the lock of all.
        _ = hosts.Hostlock("eject", "orc", "--yes").Succeeded;
        Assert.Equal(updated, nix.Systems(hosts.Fleet));
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void A_flake_that_is_left_is_what_it_was(string release)
    {
        using var hosts = new SevenHosts();
        var nix = RealNix.Get(release, hosts.Folder);
        _ = hosts.Hostlock("lock", "root").Succeeded;
        TestGit.Commit(hosts.Fleet, 3);
        var native = Plex();

        _ = hosts.Hostlock("init", "--yes").Succeeded;
        TestGit.Commit(hosts.Fleet, 4);
        hosts.Move("nixpkgs", 10);
        _ = hosts.Hostlock("update", "plex").Succeeded;
        var updated = Plex();
        Assert.NotEqual(native, updated);
        var index = File.ReadAllBytes(Path.Combine(hosts.Fleet, ".git/index"));

        // Files that git still knows and that are gone are gone for Nix too.
        _ = hosts.Hostlock("eject", "--keep", "plex", "--yes").Succeeded;
        Assert.Equal(index, File.ReadAllBytes(Path.Combine(hosts.Fleet, ".git/index")));
        Assert.Equal(updated, Plex());

        TestGit.In(hosts.Fleet, "checkout", "-q", "--", "flake.lock");
        Assert.Equal(native, Plex());
        Assert.Equal("", TestGit.In(hosts.Fleet, "diff", "HEAD~1", "--stat"));

        string Plex() => nix.Eval(hosts.Fleet, ".#nixosConfigurations.plex.config.system.build.toplevel.drvPath");
    }

    static IEnumerable<string> Moved(Dictionary<string, string> before, Dictionary<string, string> after) =>
        before.Where(host => after[host.Key] != host.Value).Select(host => host.Key).Order(StringComparer.Ordinal);
}
