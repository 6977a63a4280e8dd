using Hostlock.Fleets;
using Hostlock.Fleets.Layouts;
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
    public void Inputs_that_differ_are_columns_and_the_others_a_line() =>
        Assert.Equal(
            """
            host      a
            plex orc  2222222 2d ↑
            web       1111111 ↓7d
            ↑ the newest of its branch   ↓2d two days behind it

            the same everywhere: bb 9d, c 2d

            """,
            Render(
                Lock("plex", Input("a", Young) with { IsAhead = true }, Input("b", Follows("a")), Input("bb", Old)),
                Lock("web", Input("a", Old, 7 * Day), Input("b", Follows("a")), Input("bb", Old), Input("c", Young)),
                Lock("orc", Input("a", Young) with { IsAhead = true }, Input("b", Follows("a")), Input("bb", Old))));

    [Fact]
    public void The_input_nixpkgs_is_shown_first_and_even_if_it_is_the_same_everywhere() =>
        Assert.Equal(
            "host      nixpkgs\nplex web  1111111 9d\n\nthe same everywhere: a 9d\n",
            Render(
                Lock("plex", Input("a", Old), Input("nixpkgs", Old)), Lock("web", Input("a", Old), Input("nixpkgs", Old))));

    [Fact]
    public void Locks_that_are_all_alike_need_no_table() =>
        Assert.Equal(
            "plex web\n\nthe same everywhere: a 9d\n", Render(Lock("plex", Input("a", Old)), Lock("web", Input("a", Old))));

    [Fact]
    public void Relative_paths_and_inputs_that_follow_others_say_nothing()
    {
        var folder = Locked("path:./hosts/plex", null, 1);

        Assert.Equal("plex web: the same everywhere\n", Render(Lock("plex", Input("a", folder)), Lock("web", Input("b", Follows("a")))));
    }

    [Fact]
    public void What_differs_beneath_an_input_that_does_not_has_a_column_of_its_own()
    {
        var (one, other) = (Locked("github:acme/a", 2, 8, ("b", Young)), Locked("github:acme/a", 2, 8, ("b", Old)));

        Assert.Equal(
            """
            host  a/b
            plex  2222222 2d ↑
            web   1111111 ↓7d
            ↑ the newest of its branch   ↓2d two days behind it

            the same everywhere: a 2d

            """,
            Render(Lock("plex", Input("a", one)), Lock("web", Input("a", other))));
    }

    [Fact]
    public void A_branch_is_told_once_and_another_one_beside_its_revision()
    {
        var (stable, fork) = (Locked("github:acme/a/stable", 1, 1), Locked("github:ada/a", 3, 1));

        Assert.Equal(
            """
            host      a
                      next
            plex web  2222222 2d
            orc       1111111 9d stable
            imbp      3333333 9d github:ada/a

            """,
            Render(
                Lock("plex", Input("a", Locked("github:acme/a/next", 2, 8))),
                Lock("web", Input("a", Locked("github:acme/a/next", 2, 8))),
                Lock("orc", Input("a", stable)),
                Lock("imbp", Input("a", fork))));
    }

    [Theory]
    [InlineData(40, 30, "h1 h2 h3 h4 h5 h6 h7 h8 +22")]
    [InlineData(10, 30, "h1 +29")]
    public void Names_are_listed_as_far_as_there_is_room(int width, int hosts, string names)
    {
        LockStatus[] locks = [.. Enumerable.Range(1, hosts).Select(i => Lock($"h{i}", Input("a", Old))), Lock("x", Input("a", Young))];

        Assert.StartsWith($"{names}  1111111 9d", Render(width, locks).Split('\n')[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(28, "host  a           b\nplex  2222222 2d  2222222 2d\nweb   1111111 9d  1111111 9d\n")]
    [InlineData(27, "host  a           1 more\nplex  2222222 2d\nweb   1111111 9d  1 ↓3d\n1 more: b\n")]
    [InlineData(1, "host  a           1 more\nplex  2222222 2d\nweb   1111111 9d  1 ↓3d\n1 more: b\n")]
    public void Inputs_that_a_terminal_does_not_hold_are_summed_up(int width, string table)
    {
        var behind = width == 28 ? 0 : 3 * Day;
        LockStatus[] locks = [Lock("plex", Input("a", Young), Input("b", Young)), Lock("web", Input("a", Old), Input("b", Old, behind))];

        Assert.StartsWith(table, Render(width, locks), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "now")]
    [InlineData(60, "1min")]
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
        var screen = Terminal(80) with { Now = FlakeWorld.Day(1).AddSeconds(seconds) };

        var table = StatusTable.Render(State(Lock("plex", Input("nixpkgs", Old))), screen);

        Assert.EndsWith($"plex  1111111 {age}\n", table, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pipe_has_a_row_for_each_host_and_the_marks_in_words() =>
        Assert.Equal(
            """
            host  ring  state              a
            plex  -     stale,uncommitted  2222222 2d
            imbp  -     stale,uncommitted  2222222 2d
            web   -     ok                 1111111 9d
            orc   -     no-lock            -
            nas   -     unreadable         -
            db    -     unmerged           2222222 2d

            """,
            StatusTable.RenderRows(
                State(
                    Lock(SmallLocks.Place("plex", "imbp"), Input("a", Young)) with
                    {
                        IsUncommitted = true,
                        Stale = new([new(Hostlock.Flakes.InputPath.Of("a"), "why", null)], true),
                    },
                    Lock("web", Input("a", Old)),
                    new(SmallLocks.Place("orc"), null, [], null),
                    new(SmallLocks.Place("nas"), null, [], FleetException.NoRepository("x")),
                    Lock("db", Input("a", Young)) with { IsUnmerged = true }),
                Terminal(160) with { IsTerminal = false }));

    [Fact]
    public void Without_locks_nothing_is_said()
    {
        Assert.Equal("", Render());
        Assert.Equal("", StatusTable.RenderRows(State(), Terminal(80)));
    }

    static string Render(params LockStatus[] locks) => Render(80, locks);

    static string Render(int width, LockStatus[] locks) => StatusTable.Render(State(locks), Terminal(width));

    static FleetState State(params LockStatus[] locks) => new(Fleet.Empty, locks, ListedHosts.InLine);

    static Screen Terminal(int width) => new(true, width, Ink.Plain, Now, TypedCommands.InFlake);

    static LockStatus Lock(string host, params InputStatus[] inputs) => Lock(SmallLocks.Place(host), inputs);

    static LockStatus Lock(LockPlace place, params InputStatus[] inputs) =>
        new(place, SmallLocks.Of([.. inputs.Select(input => (input.Name, input.Edge))]), [.. inputs], null);

    static InputStatus Input(string name, LockEdge edge, ulong behind = 0) => new(name, edge, behind, null);
}
