using System.Globalization;
using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting;

public class StatusTableTests
{
    const ulong Day = 86400;

    static readonly DateTimeOffset Now = FlakeWorld.Day(10);

    static readonly LockEdge.Locked Young = Locked("github:acme/a", 2, 8);
    static readonly LockEdge.Locked Old = Locked("github:acme/a", 1, 1);

    [Fact]
    public void Inputs_that_differ_are_columns_and_the_others_lines() =>
        Assert.Equal(
            """
            host      a                      c
            plex orc  2222222 2d             -
            web       1111111 9d, 7d behind  2222222 2d

            the same everywhere:
              b   follows a
              bb  1111111 9d

            """,
            Render(
                Lock("plex", Input("a", Young), Input("b", Follows("a")), Input("bb", Old)),
                Lock("web", Input("a", Old, 7 * Day), Input("b", Follows("a")), Input("bb", Old), Input("c", Young)),
                Lock("orc", Input("a", Young), Input("b", Follows("a")), Input("bb", Old))));

    [Fact]
    public void Locks_that_are_all_alike_need_no_table() =>
        Assert.Equal(
            "plex web: the same everywhere\n\n  a  1111111 9d\n", Render(Lock("plex", Input("a", Old)), Lock("web", Input("a", Old))));

    [Theory]
    [InlineData(7, "h1 h2 h3 h4 h5 h6 h7: the same everywhere")]
    [InlineData(8, "h1 h2 h3 h4 h5 h6 +2: the same everywhere")]
    [InlineData(1000, "h1 h2 h3 h4 h5 h6 +994: the same everywhere")]
    public void Of_many_hosts_six_are_named(int hosts, string line) =>
        Assert.Equal(line, Render([.. Enumerable.Range(1, hosts).Select(i => Lock($"h{i}", Input("a", Old)))]).Split('\n')[0]);

    [Theory]
    [InlineData(28, "host  a           b\nplex  2222222 2d  2222222 2d\nweb   1111111 9d  1111111 9d\n")]
    [InlineData(27, "host  a\nplex  2222222 2d\nweb   1111111 9d\n\nhost  b\nplex  2222222 2d\nweb   1111111 9d\n")]
    [InlineData(1, "host  a\nplex  2222222 2d\nweb   1111111 9d\n\nhost  b\nplex  2222222 2d\nweb   1111111 9d\n")]
    public void Inputs_that_a_terminal_does_not_hold_side_by_side_get_a_table_below(int width, string table)
    {
        LockStatus[] locks = [Lock("plex", Input("a", Young), Input("b", Young)), Lock("web", Input("a", Old), Input("b", Old))];

        Assert.Equal(table, StatusTable.Render(locks, Now, width, Ink.Plain));
    }

    [Theory]
    [InlineData(0, "0min")]
    [InlineData(119 * 60, "119min")]
    [InlineData(2 * 3600, "2h")]
    [InlineData(47 * 3600, "47h")]
    [InlineData(48 * 3600, "2d")]
    [InlineData(89 * 86400, "89d")]
    [InlineData(90 * 86400, "3mo")]
    [InlineData(729 * 86400, "24mo")]
    [InlineData(730 * 86400, "2y")]
    public void An_age_is_told_in_the_unit_that_fits_it(int seconds, string age)
    {
        var table = StatusTable.Render([Lock("plex", Input("a", Old))], FlakeWorld.Day(1).AddSeconds(seconds), 80, Ink.Plain);

        Assert.EndsWith($"  a  1111111 {age}\n", table, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "frozen")]
    [InlineData("2020-01-10", "freeze ended")]
    [InlineData("2020-01-11", "frozen until 2020-01-11")]
    public void A_freeze_holds_through_its_last_day(string? until, string words)
    {
        var freeze = new Freeze("ZFS", until is null ? null : DateOnly.Parse(until, CultureInfo.InvariantCulture));
        var table = Render(Lock("plex", new InputStatus("a", Old, 0, freeze)));

        Assert.EndsWith($"  a  1111111 9d, {words}\n", table, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_that_is_not_there_or_cannot_be_read_is_told_below() =>
        Assert.Equal(
            """
            orc

              a  1111111 9d

            plex imbp: no lock; 'hostlock lock plex' makes locks/plex.lock

            web: 'x' is in no git repository

            """,
            Render(
                new(SmallLocks.Place("plex", "imbp"), null, [], null),
                Lock("orc", Input("a", Old)),
                new(SmallLocks.Place("web"), null, [], FleetException.NoRepository("x"))));

    [Fact]
    public void Without_locks_nothing_is_said() => Assert.Equal("", Render());

    static string Render(params LockStatus[] locks) => StatusTable.Render(locks, Now, 80, Ink.Plain);

    static LockStatus Lock(string host, params InputStatus[] inputs) =>
        new(SmallLocks.Place(host), SmallLocks.Of([.. inputs.Select(input => (input.Name, input.Edge))]), [.. inputs], null);

    static InputStatus Input(string name, LockEdge edge, ulong behind = 0) => new(name, edge, behind, null);
}
