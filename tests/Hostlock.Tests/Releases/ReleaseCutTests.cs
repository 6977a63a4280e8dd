using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Settings;
using Hostlock.Releases;
using static Hostlock.Tests.Releases.SampleReleases;

namespace Hostlock.Tests.Releases;

public class ReleaseCutTests
{
    static readonly Fleet Fleet = FleetFile.Read("version = 1\n[rings.canary]\n[hosts.plex]\nring = \"canary\"\n[hosts.web]\n");

    [Fact]
    public void Hosts_that_are_not_named_keep_what_the_last_release_gave_to_them()
    {
        var last = Cut(1, (Plex, 1), (Web, 1));

        var release = Cut(2, last, Fleet.Hosts, (Plex, 2));

        Assert.Equal(Toplevel(2), release.For(Plex)!.System);
        Assert.Equal(Toplevel(1), release.For(Web)!.System);
    }

    [Fact]
    public void A_host_that_is_gone_or_held_is_no_longer_named() =>
        Assert.Null(Cut(2, Cut(1, (Plex, 1), (Web, 1)), Fleet.Hosts.Where(host => host.Name == Plex), (Plex, 2)).For(Web));

    [Fact]
    public void A_release_says_in_which_ring_a_host_is() =>
        Assert.Equal("canary", Cut(1, (Plex, 1)).For(Plex)!.Ring);

    [Fact]
    public void The_same_cut_has_the_same_bytes() => Assert.Equal(Cut(1, (Plex, 1), (Web, 2)).Write(), Cut(1, (Web, 2), (Plex, 1)).Write());

    [Theory]
    [InlineData("14d", 14)]
    [InlineData("366d", 366)]
    public void A_release_lasts_for_as_long_as_is_said(string text, int days) =>
        Assert.Equal(TimeSpan.FromDays(days), ReleaseCut.LifetimeOf(text));

    [Theory]
    [InlineData("0s")]
    [InlineData("367d")]
    public void A_release_lasts_for_some_time_and_not_for_ever(string text) =>
        Assert.Equal($"a release does not last for '{text}'", Assert.Throws<ReleaseException>(() => ReleaseCut.LifetimeOf(text)).Message);

    [Fact]
    public void The_fleet_is_that_of_the_last_release()
    {
        Assert.Equal(Home, ReleaseCut.FleetOf(null, Cut(1, (Plex, 1))));
        Assert.Equal(Home, ReleaseCut.FleetOf(Home, null));
        Assert.Throws<ReleaseException>(() => ReleaseCut.FleetOf(null, null));
        Assert.Throws<ReleaseException>(() => ReleaseCut.FleetOf(FleetName.Parse("office"), Cut(1, (Plex, 1))));
    }

    [Theory]
    [InlineData("/srv/flake", false)]
    [InlineData("/srv/flake/releases", false)]
    [InlineData("/srv/releases", true)]
    [InlineData("/srv", true)]
    [InlineData("/srv/flake-releases", true)]
    public void Releases_lie_outside_of_the_repository_that_systems_are_made_of(string path, bool mayBe)
    {
        var error = Record.Exception(() => ReleaseFolder.Outside("/srv/flake", path));

        Assert.Equal(mayBe, error is null);
        Assert.True(mayBe || error is ReleaseException);
    }

    static ReleaseManifest Cut(int number, params (HostName Host, int System)[] systems) => Cut(number, null, Fleet.Hosts, systems);

    static ReleaseManifest Cut(int number, ReleaseManifest? last, IEnumerable<Host> hosts, params (HostName Host, int System)[] systems) =>
        new ReleaseCut(
            systems.ToImmutableDictionary(each => each.Host, each => (Toplevel(each.System), new string('a', 64))),
            Revision.Parse(new string('1', 40)), new(Now), TimeSpan.FromDays(14))
            .After(last, Home, Number(number), hosts);
}
