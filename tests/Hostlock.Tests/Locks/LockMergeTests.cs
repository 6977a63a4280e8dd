using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Locks;

/// <summary>Three-way merges and grafts of locks, on locks as they are made.</summary>
public class LockMergeTests
{
    const string Inputs = """a.url = "github:acme/a"; c.url = "github:acme/c";""";

    readonly FlakeWorld _world = new();

    public LockMergeTests()
    {
        _world.Flake("github:acme/b");
        _world.Flake("github:acme/c");
        _world.Flake("github:acme/a", """b.url = "github:acme/b";""");
    }

    [Fact]
    public async Task What_each_side_moved_alone_is_in_the_merge()
    {
        var common = await _world.LockAsync(Inputs);
        _world.Flake("github:acme/c");
        _world.Flake("github:acme/a", """b.url = "github:acme/b";""");
        var (ours, theirs) = (await UpdateAsync(common, "a"), await UpdateAsync(common, "c"));

        var merged = Merged(LockMerge.Merge(common, ours, theirs));

        Assert.Equal(ours.EdgeAt(Path("a")), merged.EdgeAt(Path("a")));
        Assert.Equal(theirs.EdgeAt(Path("c")), merged.EdgeAt(Path("c")));
    }

    [Fact]
    public async Task What_both_sides_moved_apart_is_a_conflict()
    {
        var common = await _world.LockAsync(Inputs);
        _world.Flake("github:acme/c");
        var ours = await UpdateAsync(common, "c");
        _world.Flake("github:acme/c");
        var theirs = await UpdateAsync(common, "c");

        Assert.Equal([Path("c")], Assert.IsType<MergeOutcome.Conflicted>(LockMerge.Merge(common, ours, theirs)).Inputs);
    }

    [Fact]
    public async Task Inputs_of_an_input_are_merged_one_by_one()
    {
        _world.Flake("github:acme/d");
        const string inputs = """a.url = "github:acme/two";""";
        _world.Flake("github:acme/two", """b.url = "github:acme/b"; d.url = "github:acme/d";""");
        var common = await _world.LockAsync(inputs);
        _world.Flake("github:acme/b");
        _world.Flake("github:acme/d");
        var ours = await _world.LockAsync(inputs, common, new LockRequest.Update([Path("a/b")]));
        var theirs = await _world.LockAsync(inputs, common, new LockRequest.Update([Path("a/d")]));

        var merged = Merged(LockMerge.Merge(common, ours, theirs));

        Assert.Equal(ours.EdgeAt(Path("a/b")), merged.EdgeAt(Path("a/b")));
        Assert.Equal(theirs.EdgeAt(Path("a/d")), merged.EdgeAt(Path("a/d")));
    }

    [Fact]
    public async Task A_follows_whose_target_the_other_side_dropped_is_a_conflict()
    {
        var common = await _world.LockAsync("""c.url = "github:acme/c";""");
        var ours = await _world.LockAsync("""c.url = "github:acme/c"; x.follows = "c";""", common);
        var theirs = await _world.LockAsync("", common);

        Assert.Equal([Path("x")], Assert.IsType<MergeOutcome.Conflicted>(LockMerge.Merge(common, ours, theirs)).Inputs);
    }

    [Fact]
    public async Task A_graft_carries_an_input_with_all_beneath_it_and_leaves_the_rest()
    {
        var target = await _world.LockAsync(Inputs);
        _world.Flake("github:acme/b");
        _world.Flake("github:acme/c");
        _world.Flake("github:acme/a", """b.url = "github:acme/b";""");
        var source = await _world.LockAsync(Inputs);

        var grafted = LockGraft.Into(target, from: source, Path("a"));

        Assert.Equal([Path("a"), Path("a/b")], LockDiff.Between(target, grafted).Changes.Select(change => change.Path));
        Assert.Equal([Path("c")], LockDiff.Between(source, grafted).Changes.Select(change => change.Path));
    }

    [Fact]
    public async Task A_graft_of_an_input_that_the_source_does_not_have_takes_it_away()
    {
        var target = await _world.LockAsync(Inputs);

        Assert.Null(LockGraft.Into(target, from: LockFile.Empty, Path("a")).EdgeAt(Path("a")));
    }

    [Fact]
    public async Task A_graft_can_leave_a_follows_that_leads_nowhere_and_that_is_told()
    {
        var target = await _world.LockAsync("""c.url = "github:acme/c"; x.follows = "c";""");

        Assert.Equal([(Path("x"), Path("c"))], LockGraft.Dangling(LockGraft.Into(target, from: LockFile.Empty, Path("c"))));
    }

    [Fact]
    public async Task A_diff_tells_what_came_went_and_moved_in_path_order()
    {
        var before = await _world.LockAsync(Inputs);
        _world.Flake("github:acme/a", "");
        var after = await _world.LockAsync("""a.url = "github:acme/a"; d.url = "github:acme/c";""");

        var diff = LockDiff.Between(before, after);

        Assert.Equal(["a moved", "a/b went", "c went", "d came"], diff.Changes.Select(Describe));
        Assert.All(diff.Changes, change => Assert.True(change.Moves));
    }

    [Fact]
    public async Task A_change_of_what_is_asked_for_alone_does_not_move()
    {
        var before = await _world.LockAsync("""c.url = "github:acme/c";""");
        var locked = Assert.IsType<LockEdge.Locked>(before.EdgeAt(Path("c"))).Node;
        var asked = new LockedNode(locked.Locked, FlakeRef.Indirect("c"), true, null, locked.Inputs);

        var change = Assert.Single(LockDiff.Between(before, before.With(Path("c"), new LockEdge.Locked(asked))).Changes);

        Assert.False(change.Moves);
    }

    [Fact]
    public async Task A_lock_differs_in_nothing_from_itself_read_again()
    {
        var file = await _world.LockAsync(Inputs);

        var again = LockFileReader.Read("flake.lock", LockFileWriter.Write(file));

        Assert.True(LockDiff.Between(file, again).IsEmpty);
        Assert.True(LockDiff.Same(file, again));
    }

    Task<LockFile> UpdateAsync(LockFile old, string input) => _world.LockAsync(Inputs, old, new LockRequest.Update([Path(input)]));

    static InputPath Path(string text) => InputPath.TryParse(text)!;

    static LockFile Merged(MergeOutcome outcome) => Assert.IsType<MergeOutcome.Merged>(outcome).Lock;

    static string Describe(LockChange change) =>
        $"{change.Path} {(change.Before is null ? "came" : change.After is null ? "went" : "moved")}";
}
