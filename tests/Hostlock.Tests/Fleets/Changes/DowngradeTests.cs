using Hostlock.Flakes;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Fleets.Changes;

/// <summary>The inputs that count as going back in time, by their dates and by their ancestors.</summary>
public class DowngradeTests
{
    readonly FlakeWorld _world = new();

    [Theory]
    [InlineData(2, 1, true)]
    [InlineData(2, 2, false)]
    [InlineData(2, 3, false)]
    public void An_older_date_goes_back(int before, int after, bool isDowngrade) =>
        Assert.Equal(isDowngrade, Downgrade.Is(Change(Locked("github:acme/a", 1, before), Locked("github:acme/a", 2, after))));

    [Fact]
    public void What_asks_for_something_else_or_follows_from_now_on_goes_nowhere_back()
    {
        var before = Locked("github:acme/a", 1, 2);

        Assert.False(Downgrade.Is(Change(before, Locked("github:acme/a/stable", 2, 1))));
        Assert.False(Downgrade.Is(Change(before, Follows("b"))));
        Assert.False(Downgrade.Is(Change(before, null)));
        Assert.False(Downgrade.Is(Change(null, before)));
    }

    [Fact]
    public void Only_what_lies_directly_beneath_the_flake_is_looked_at()
    {
        var (before, after) = (Locked("github:acme/a", 1, 2), Locked("github:acme/a", 2, 1));

        Assert.False(Downgrade.Is(new(InputPath.Of("b", "a"), before, after)));
    }

    [Theory]
    [InlineData(2, 1, true)]
    [InlineData(1, 2, false)]
    [InlineData(2, 2, false)]
    public void Of_two_locks_the_one_with_more_inputs_that_go_back_is_the_older(int before, int after, bool isOlder) =>
        Assert.Equal(
            isOlder,
            Downgrade.IsMostly(
                new(
                    [
                        Change(Locked("github:acme/a", 1, before), Locked("github:acme/a", 2, after)),
                        Change(Locked("github:acme/b", 1, before), Locked("github:acme/b", 2, after)),
                        Change(Locked("github:acme/c", 1, after), Locked("github:acme/c", 2, before)),
                    ])));

    [Fact]
    public async Task The_dates_are_told_without_asking_anybody()
    {
        var back = Change(Locked("github:acme/a", 1, 2), Locked("github:acme/a", 2, 1));

        // The world does not know the repository: a question would fail.
        Assert.Equal("'a' would go back in time, from 2020-01-03 to 2020-01-02", await FindAsync(back));
        Assert.Equal("'a' went back in time, from 2020-01-03 to 2020-01-02", Downgrade.Describe(back, "went"));
    }

    [Fact]
    public async Task A_younger_revision_that_does_not_descend_from_the_older_is_of_a_rewritten_branch_or_another_one()
    {
        var before = _world.Flake("github:acme/a");
        var rewritten = _world.Flake("github:acme/a/rewritten");

        Assert.Equal(
            $"'a' would move to {rewritten.ShortRevision}, which does not descend from {before.ShortRevision}: its branch was rewritten, "
                + $"or it is on another one",
            await FindAsync(Change(Edge(before), Edge(rewritten))));
    }

    [Fact]
    public async Task A_descendant_does_not_go_back()
    {
        var before = _world.Flake("github:acme/a");
        var after = _world.Flake("github:acme/a");

        Assert.Null(await FindAsync(Change(Edge(before), Edge(after))));
    }

    [Fact]
    public async Task If_nobody_can_tell_the_dates_decide()
    {
        var before = _world.Flake("github:acme/a");
        var after = _world.Flake("github:acme/moved");

        Assert.Null(await FindAsync(Change(Edge(before), Edge(after))));
    }

    static LockChange Change(LockEdge? before, LockEdge? after) => new(InputPath.Of("a"), before, after);

    static LockEdge.Locked Edge(FlakeRef locked) =>
        new(new LockedNode(locked, FlakeRef.ParseInput("github:acme/a", wantsTree: true, null, null), true, null, NameMap<LockEdge>.Empty));

    Task<string?> FindAsync(LockChange change) => Downgrade.FindAsync(new([change]), _world, TestContext.Current.CancellationToken);
}
