using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting;

public class OutdatedTableTests
{
    static readonly FlakeRef Pinned = Locked("github:acme/a", 1, 1).Node.Locked;
    static readonly NewestRevision SameDay = new(Revision.Parse(Id(2)), Moment.Of(FlakeWorld.Day(1).AddHours(23)));
    static readonly FlakeRef Unrevised = Locked("path:/srv/e", null, 1).Node.Locked;

    [Fact]
    public void Each_input_that_could_move_has_a_row_that_says_how_far() =>
        Assert.Equal(
            """
            plex
              a     1111111 → 2222222  3d behind, 12 commits
              b     1111111 → 2222222  23h behind, 1 commit
              cold  1111111 → 2222222  frozen: ZFS, until 2020-02-01
              d     1111111            3333333 waits for its min-age
              e     2020-01-02         only an update can tell
              f     1111111            'x' is in no git repository
              g     1111111 → 2222222

            """,
            OutdatedTable.Render(
                [
                    new(SmallLocks.Place("plex"),
                    [
                        new("a", Pinned, Newest(2, 4), null, null, null) { CommitsBehind = 12 },
                        new("b", Pinned, SameDay, null, null, null) { CommitsBehind = 1 },
                        new("cold", Pinned, Newest(2, 4), null, new("ZFS", new(2020, 2, 1)), null),
                        new("d", Pinned, Newest(1, 1), Newest(3, 5), null, null),
                        new("e", Unrevised, null, null, null, null),
                        new("f", Pinned, null, null, null, FleetException.NoRepository("x")),
                        new("g", Pinned, new(Revision.Parse(Id(2)), null), null, null, null),
                        new("same", Pinned, Newest(1, 1), null, null, null),
                    ]),
                ],
                Ink.Plain));

    [Fact]
    public void Hosts_with_the_same_rows_share_them() =>
        Assert.Equal(
            """
            plex orc
              a  1111111 → 2222222  24h behind
            web db imbp: up to date

            """,
            OutdatedTable.Render([Moving("plex"), Resting("web", "db"), Moving("orc"), Resting("imbp")], Ink.Plain));

    [Fact]
    public void Without_locks_nothing_is_said() => Assert.Equal("", OutdatedTable.Render([], Ink.Plain));

    static OutdatedLock Moving(string host) => new(SmallLocks.Place(host), [new("a", Pinned, Newest(2, 2), null, null, null)]);

    static OutdatedLock Resting(params string[] hosts) => new(SmallLocks.Place(hosts), [new("a", Pinned, Newest(1, 1), null, null, null)]);

    static NewestRevision Newest(int digit, int day) => new(Revision.Parse(Id(digit)), Moment.Of(FlakeWorld.Day(day)));
}
