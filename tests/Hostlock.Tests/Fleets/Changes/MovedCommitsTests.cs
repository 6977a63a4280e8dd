using Hostlock.Fetching;
using Hostlock.Flakes;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Reporting;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Fleets.Changes;

/// <summary>The commits by which inputs moved, as a forge tells them.</summary>
public class MovedCommitsTests
{
    static readonly CommitList Two = new([new(Revision.Parse(Id(3)), "three"), new(Revision.Parse(Id(2)), "two")], 2);

    [Fact]
    public async Task Inputs_that_moved_are_asked_about_and_no_others()
    {
        var asked = new List<string>();
        var moved = await MovedCommits.AskAsync(
            LockDiff.Between(
                Of(("moves", Locked("github:acme/a", 1, 1, ("inner", Locked("github:acme/i", 1, 1)))),
                    ("gone", Locked("github:acme/g", 1, 1)), ("turns", Locked("github:acme/t", 1, 1)),
                    ("stays", Locked("github:acme/s", 1, 1))),
                Of(("moves", Locked("github:acme/a", 3, 3, ("inner", Locked("github:acme/i", 2, 2)))),
                    ("new", Locked("github:acme/n", 1, 1)), ("turns", Follows("moves")), ("stays", Locked("github:acme/s", 1, 1)))),
            (before, after) =>
            {
                asked.Add($"{before.Revision![..1]} {after.Revision![..1]}");
                return Task.FromResult<CommitList?>(Two);
            });

        Assert.Equal(["1 3"], asked);
        Assert.Equal(("moves", Two), (Assert.Single(moved).Change.Path.ToString(), moved[0].Commits));
    }

    [Fact]
    public async Task An_answer_that_does_not_come_hides_no_other()
    {
        var moved = await MovedCommits.AskAsync(
            Many(2), (before, _) =>
                before.Input.Text("repo") == "i00" ? throw FetchException.NoRepository("it") : Task.FromResult<CommitList?>(Two));

        Assert.Equal([true, false], moved.Select(each => each.Commits is null));
        Assert.Equal([false, true], moved.Select(each => each.Why is null));
    }

    // Some forges answer sixty questions an hour.
    [Fact]
    public async Task Of_many_inputs_the_first_thirty_are_asked_about()
    {
        var moved = await MovedCommits.AskAsync(Many(40), (_, _) => Task.FromResult<CommitList?>(null));

        Assert.Equal(Enumerable.Range(0, 30).Select(Name), moved.Select(each => each.Change.Path.ToString()));
    }

    [Fact]
    public void Commits_are_listed_with_what_is_left_out_and_an_address()
    {
        var change = Many(1).Changes[0];

        Assert.Equal(
            "\ni00: 2 commits\n  3333333 three\n  2222222 two\n", CommitsText.Render(new(change, Two, null), Ink.Plain));
        Assert.Equal(
            $"\ni00: 9 commits\n  3333333 three\n  2222222 two\n  and 7 more: https://github.com/acme/i00/compare/{Id(1)}...{Id(2)}\n",
            CommitsText.Render(new(change, Two with { Total = 9 }, null), Ink.Plain));
        Assert.Equal(
            $"\ni00: its commits are not on this machine\n  https://github.com/acme/i00/compare/{Id(1)}...{Id(2)}\n",
            CommitsText.Render(new(change, null, null), Ink.Plain));
        Assert.StartsWith(
            "\ni00: its commits are not known: ", CommitsText.Render(new(change, null, FetchException.NoRepository("it")), Ink.Plain),
            StringComparison.Ordinal);
    }

    static string Name(int i) => $"i{i:00}";

    static LockDiff Many(int inputs) => LockDiff.Between(
        Of([.. Enumerable.Range(0, inputs).Select(i => (Name(i), (LockEdge)Locked($"github:acme/{Name(i)}", 1, 1)))]),
        Of([.. Enumerable.Range(0, inputs).Select(i => (Name(i), (LockEdge)Locked($"github:acme/{Name(i)}", 2, 2)))]));
}
