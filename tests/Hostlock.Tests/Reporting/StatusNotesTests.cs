using System.Globalization;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Layouts;
using Hostlock.Fleets.Settings;
using Hostlock.Reporting;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting;

public class StatusNotesTests
{
    static readonly Staleness Stale = new([new(InputPath.Of("a"), "why", null)], CanBeLocked: true);

    [Fact]
    public void Each_kind_of_mark_is_one_line_with_its_hosts_and_its_command() =>
        Assert.Equal(
            """
            x cannot be read: nas ('x' is in no git repository)
            x no lock: plex imbp; 'hostlock lock plex'
            x git could not merge, and the file has our side: web; 'hostlock resolve'
            ! not as declared: orc (a); 'hostlock lock orc'
            ! not as declared: mac (a)
            * not committed: web orc

            """,
            Render(
                new(SmallLocks.Place("plex", "imbp"), null, [], null),
                new(SmallLocks.Place("nas"), null, [], FleetException.NoRepository("x")),
                Lock("web") with { IsUnmerged = true, IsUncommitted = true },
                Lock("orc") with { Stale = Stale, IsUncommitted = true },
                Lock("mac") with { Stale = Stale with { CanBeLocked = false } }));

    [Theory]
    [InlineData(null, "# a is frozen: plex (ZFS)\n")]
    [InlineData("2020-01-10", "# freeze of a is over: plex (ZFS, until 2020-01-10); 'hostlock unfreeze plex a'\n")]
    [InlineData("2020-01-11", "# a is frozen: plex (ZFS, until 2020-01-11)\n")]
    public void A_freeze_holds_through_its_last_day(string? until, string line)
    {
        var freeze = new Freeze("ZFS", until is null ? null : DateOnly.Parse(until, CultureInfo.InvariantCulture));

        Assert.Equal(line, Render(Lock("plex") with { Inputs = [new("a", Locked("github:acme/a", 1, 1), 0, freeze)] }));
    }

    [Fact]
    public void Hosts_that_came_or_went_are_told_with_their_commands()
    {
        var listed = ListedHosts.InLine with { Unlisted = [HostName.Parse("phone")], Gone = [HostName.Parse("orc")] };

        Assert.Equal(
            """
            + not adopted: phone (in flake.nix and not in hostlock.toml); 'hostlock init phone'
            x gone: orc (in hostlock.toml and no longer in flake.nix); 'hostlock eject orc'

            """,
            StatusNotes.Render(new(Fleet.Empty, [], listed), Terminal(100)));
    }

    [Fact]
    public void A_ring_whose_hosts_all_need_a_command_is_named_in_their_stead()
    {
        var fleet = FleetFile.Read("version = 1\n[rings.web]\n[hosts.w1]\nring = \"web\"\n[hosts.w2]\nring = \"web\"\n[hosts.nas]\n");
        var locks = ((string[])["w1", "w2", "nas"]).Select(host => Lock(host) with { Stale = Stale }).ToList();

        Assert.Equal(
            "! not as declared: w1 w2 nas (a); 'hostlock lock nas @web'\n",
            StatusNotes.Render(new(fleet, locks, ListedHosts.InLine), Terminal(80)));
    }

    [Fact]
    public void A_command_that_does_not_fit_has_a_line_of_its_own_and_says_where_the_flake_is() =>
        Assert.Equal(
            "! not as declared: plex (a)\n    'hostlock -C some/folder lock plex'\n",
            StatusNotes.Render(
                new(Fleet.Empty, [Lock("plex") with { Stale = Stale }], ListedHosts.InLine),
                Terminal(50) with { Commands = new("some/folder", "some/folder") }));

    static string Render(params LockStatus[] locks) =>
        StatusNotes.Render(new(Fleet.Empty, locks, ListedHosts.InLine), Terminal(100));

    static LockStatus Lock(string host) => new(SmallLocks.Place(host), SmallLocks.Of(), [], null);

    static Screen Terminal(int width) => new(true, width, Ink.Plain, FlakeWorld.Day(10), TypedCommands.InFlake);
}
