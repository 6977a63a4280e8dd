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

        Assert.Equal([Path("c")], Conflicts(LockMerge.Merge(common, ours, theirs)));
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

        Assert.Equal([Path("x")], Conflicts(LockMerge.Merge(common, ours, theirs)));
    }

    // Two branches have let x follow nixpkgs, and one of them has also moved x. git would merge their lines.
    [Fact]
    public async Task An_entry_and_its_inputs_are_merged_apart()
    {
        const string before = """c.url = "github:acme/c"; a.url = "github:acme/a";""";
        var common = await _world.LockAsync(before);
        var theirs = await _world.LockAsync(before + """a.inputs.b.follows = "c";""", common);
        _world.Flake("github:acme/a", """b.url = "github:acme/b";""");
        var ours = await _world.LockAsync(before + """a.inputs.b.follows = "c";""", theirs, new LockRequest.Update([Path("a")]));

        Assert.True(LockDiff.Same(ours, Merged(LockMerge.Merge(common, ours, theirs))));
        Assert.True(LockDiff.Same(ours, Merged(LockMerge.Merge(common, theirs, ours))));
    }

    [Fact]
    public async Task What_is_asked_for_and_what_is_locked_are_merged_apart()
    {
        var common = await _world.LockAsync("""c.url = "github:acme/c";""");
        var old = Assert.IsType<LockEdge.Locked>(common.EdgeAt(Path("c"))).Node;
        var ours = common.With(Path("c"), new LockEdge.Locked(new(old.Locked, FlakeRef.Indirect("c"), true, null, old.Inputs)));
        _world.Flake("github:acme/c");
        var theirs = await UpdateAsync(common, "c");

        var merged = Assert.IsType<LockEdge.Locked>(Merged(LockMerge.Merge(common, ours, theirs)).EdgeAt(Path("c"))).Node;

        Assert.Equal(
            (FlakeRef.Indirect("c"), Assert.IsType<LockEdge.Locked>(theirs.EdgeAt(Path("c"))).Node.Locked),
            (merged.Original, merged.Locked));
    }

    [Fact]
    public async Task An_input_that_one_side_makes_a_plain_tree_gets_no_inputs_from_the_other()
    {
        var common = await _world.LockAsync("""a.url = "github:acme/c";""");
        var old = Assert.IsType<LockEdge.Locked>(common.EdgeAt(Path("a"))).Node;
        var ours = common.With(Path("a"), new LockEdge.Locked(new(old.Locked, old.Original, false, null, NameMap<LockEdge>.Empty)));
        var theirs = common.With(Path("a/b"), new LockEdge.Locked(old));

        Assert.Equal([Path("a")], Conflicts(LockMerge.Merge(common, ours, theirs)));
    }

    [Fact]
    public async Task Two_inputs_that_would_follow_each_other_are_a_conflict()
    {
        const string apart = """c.url = "github:acme/c"; d.url = "github:acme/c";""";
        var common = await _world.LockAsync(apart);
        var ours = await _world.LockAsync("""c.url = "github:acme/c"; d.follows = "c";""", common);
        var theirs = await _world.LockAsync("""d.url = "github:acme/c"; c.follows = "d";""", common);

        Assert.Equal([Path("c"), Path("d")], Conflicts(LockMerge.Merge(common, ours, theirs)));
    }

    [Fact]
    public async Task A_conflict_leaves_what_goes_together_merged_and_our_side_of_the_rest()
    {
        var common = await _world.LockAsync(Inputs);
        _world.Flake("github:acme/a", """b.url = "github:acme/b";""");
        _world.Flake("github:acme/c");
        var ours = await UpdateAsync(common, "c");
        _world.Flake("github:acme/c");
        var theirs = await UpdateAsync(await UpdateAsync(common, "c"), "a");

        var kept = Assert.IsType<MergeOutcome.Conflicted>(LockMerge.Merge(common, ours, theirs)).Lock;

        Assert.Equal(theirs.EdgeAt(Path("a")), kept.EdgeAt(Path("a")));
        Assert.Equal(ours.EdgeAt(Path("c")), kept.EdgeAt(Path("c")));
    }

    [Fact]
    public async Task The_newer_of_two_pins_of_one_reference_is_known()
    {
        var common = await _world.LockAsync(Inputs);
        _world.Flake("github:acme/c");
        var ours = await UpdateAsync(common, "c");
        _world.Flake("github:acme/c");
        var theirs = await UpdateAsync(common, "c");

        Assert.Equal(MergeSide.Theirs, Conflict(common, ours, theirs).Newer);
        Assert.Equal(MergeSide.Ours, Conflict(common, theirs, ours).Newer);
        Assert.Null(Conflict(common, ours, common.With(Path("c"), null)).Newer);
    }

    [Fact]
    public async Task Of_pins_of_two_references_neither_is_the_newer()
    {
        _world.Flake("github:acme/c/next");
        var common = await _world.LockAsync(Inputs);
        var ours = await _world.LockAsync("""a.url = "github:acme/a"; c.url = "github:acme/c/next";""", common);
        _world.Flake("github:acme/c");
        var theirs = await UpdateAsync(common, "c");

        Assert.Null(Conflict(common, ours, theirs).Newer);
    }

    [Fact]
    public async Task A_side_that_is_taken_brings_what_its_inputs_follow()
    {
        var common = await _world.LockAsync("""c.url = "github:acme/c";""");
        var ours = await _world.LockAsync("""c.url = "github:acme/c"; x.follows = "c";""", common);
        var theirs = await _world.LockAsync("", common);
        var sides = new MergeSides(common, ours, theirs);

        Assert.True(LockDiff.Same(ours, Merged(sides.Settle(_ => MergeSide.Ours).Outcome)));
        Assert.True(LockDiff.Same(theirs, Merged(sides.Settle(_ => MergeSide.Theirs).Outcome)));
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

    static MergeConflict Conflict(LockFile common, LockFile ours, LockFile theirs) =>
        Assert.Single(Assert.IsType<MergeOutcome.Conflicted>(LockMerge.Merge(common, ours, theirs)).Conflicts);

    static IEnumerable<InputPath> Conflicts(MergeOutcome outcome) =>
        Assert.IsType<MergeOutcome.Conflicted>(outcome).Conflicts.Select(conflict => conflict.Input);

    static string Describe(LockChange change) =>
        $"{change.Path} {(change.Before is null ? "came" : change.After is null ? "went" : "moved")}";
}
