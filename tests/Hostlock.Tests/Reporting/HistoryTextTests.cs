using Hostlock.Fetching.Git;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting;

public class HistoryTextTests
{
    [Fact]
    public void A_commit_has_its_line_and_beneath_it_the_inputs_that_moved()
    {
        var before = SmallLocks.Of(("a", Locked("github:acme/a", 1, 1)), ("b", Locked("path:/srv/b", null, 3)), ("c", Follows("a")));
        var after = SmallLocks.Of(("a", Locked("github:acme/a", 2, 2, ("x", Follows("a")))), ("b", Follows("a")));

        Assert.Equal(
            """
            9999999 2020-01-11 locks/plex.lock: Promote from web promoted from web
              a  1111111 → 2222222
              b  2020-01-04 → follows a
              c  follows a → nothing
              and 1 more
            8888888 2020-01-10 mended
              the lock before it cannot be read
            7777777 2020-01-09 broken
              the lock cannot be read

            """,
            HistoryText.Render(
                [
                    new(
                        new(Revision.Parse(Id(9)), Moment.Of(FlakeWorld.Day(10)), "locks/plex.lock: Promote from web", "web"),
                        LockDiff.Between(before, after)),
                    new(new(Revision.Parse(Id(8)), Moment.Of(FlakeWorld.Day(9)), "mended", ""), null),
                    new(new(Revision.Parse(Id(7)), Moment.Of(FlakeWorld.Day(8)), "broken", ""), null) { Why = FleetException.NoHosts() },
                ],
                Ink.Plain));
    }

    [Fact]
    public void What_one_revision_has_otherwise_is_named() =>
        Assert.Contains(
            "  a  1111111 (lastModified only)\n",
            Render(LockDiff.Between(
                SmallLocks.Of(("a", Locked("github:acme/a", 1, 1))), SmallLocks.Of(("a", Locked("github:acme/a", 1, 2))))),
            StringComparison.Ordinal);

    [Fact]
    public void Of_many_inputs_the_first_eight_are_named_and_the_others_counted()
    {
        var after = SmallLocks.Of([.. Enumerable.Range(1, 11).Select(i => ($"i{i:00}", (LockEdge)Locked("github:acme/a", 1, 1)))]);

        var lines = Render(LockDiff.Between(LockFile.Empty, after)).Split('\n');

        Assert.Equal("  i08  nothing → 1111111", lines[8]);
        Assert.Equal("  and 3 more", lines[9]);
    }

    [Fact]
    public void The_subject_of_a_commit_cannot_act_on_the_terminal() =>
        Assert.Equal(
            "1111111 2020-01-02 a\\u001b[2J\n",
            HistoryText.Render([new(new(Revision.Parse(Id(1)), Moment.Of(FlakeWorld.Day(1)), "a\e[2J", ""), new([]))], Ink.Plain));

    [Fact]
    public void A_commit_without_a_date_says_so() =>
        Assert.StartsWith("1111111 no date x\n", Render(new([])), StringComparison.Ordinal);

    [Fact]
    public void Without_commits_nothing_is_said() => Assert.Equal("", HistoryText.Render([], Ink.Plain));

    static string Render(LockDiff diff) =>
        HistoryText.Render([new(new FileCommit(Revision.Parse(Id(1)), default, "x", ""), diff)], Ink.Plain);
}
