using CsCheck;
using Hostlock.Flakes;
using Hostlock.Fleets.Bisecting;
using Hostlock.Locks;

namespace Hostlock.Tests.Laws;

/// <summary>Laws that hold for all locks: of merges, grafts, writing and reading, and of the search for a broken input.</summary>
public class LockLaws
{
    static readonly string[] Names = ["a", "b", "nixpkgs", "x-y"];

    static readonly Gen<LockedNode> Node = Gen.Recursive<LockedNode>((depth, inner) =>
        Gen.Select(Gen.Int[0, 3], Gen.Bool, depth > 2
            ? Gen.Const(Array.Empty<(int, LockedNode?)>())
            : Gen.Select(Gen.Int[0, 3], inner.Select(node => (LockedNode?)node)).Array[0, 2]).Select((revision, isFlake, inputs) =>
            new LockedNode(
                Reference(revision),
                Reference(null),
                isFlake,
                null,
                NameMap<LockEdge>.Of(
                    [.. inputs.Select(input => KeyValuePair.Create(Names[input.Item1], (LockEdge)new LockEdge.Locked(input.Item2!)))]))));

    static readonly Gen<LockFile> Lock = Gen.Select(
        Gen.Select(Gen.Int[0, 3], Node).Array[0, 4], Gen.Bool,
        (inputs, follows) =>
        {
            var edges = inputs.Select(input => KeyValuePair.Create(Names[input.Item1], (LockEdge)new LockEdge.Locked(input.Item2)))
                .ToList();
            if (follows && edges.Count > 0)
                edges.Add(KeyValuePair.Create("z", (LockEdge)new LockEdge.Follows(InputPath.Of(edges[0].Key))));
            return new LockFile(new(NameMap<LockEdge>.Of(edges)));
        });

    // Two sides of one lock: most of it is as it was, as after a day's work on two branches.
    static readonly Gen<(LockFile Common, LockFile Ours, LockFile Theirs)> Sides =
        from common in Lock
        from ours in Changed(common)
        from theirs in Changed(common)
        select (common, ours, theirs);

    static Gen<LockFile> Changed(LockFile file) =>
        Gen.Select(Gen.Int[0, 30], Gen.Int[0, 5], Gen.Int[0, 3]).Array[0, 3].Select(changes => changes.Aggregate(file, Change));

    static LockFile Change(LockFile file, (int At, int Kind, int Value) change)
    {
        var inputs = file.AllInputs().ToList();
        if (inputs.Count == 0)
            return file.With(
                InputPath.Of("n"), new LockEdge.Locked(new(Reference(change.Value), Reference(null), true, null, NameMap<LockEdge>.Empty)));
        var (path, edge) = inputs[change.At % inputs.Count];
        var node = (edge as LockEdge.Locked)?.Node;
        var changed = (change.Kind, node) switch
        {
            (0, _) => file.With(path, null),
            (1, _) => file.With(path, new LockEdge.Follows(InputPath.Of(inputs[change.Value % inputs.Count].Path.Names[0]))),
            (2, { }) =>
                file.With(
                    path, new LockEdge.Locked(new(node.Locked, FlakeRef.Indirect(Names[change.Value]), node.IsFlake, null, node.Inputs))),
            (3, { IsFlake: true }) =>
                file.With(
                    path.Append("n"),
                    new LockEdge.Locked(new(Reference(change.Value), Reference(null), true, null, NameMap<LockEdge>.Empty))),
            (_, { }) => file.With(path, new LockEdge.Locked(new(Reference(change.Value), node.Original, node.IsFlake, null, node.Inputs))),
            _ => file,
        };
        // No side has a lock that Nix would refuse.
        return LockGraft.Dangling(changed).Count == 0 ? changed : file;
    }

    static FlakeRef Reference(int? revision)
    {
        var reference = RefAttributes.Of(("type", "github"), ("owner", "acme"), ("repo", "a"));
        return FlakeRef.FromLock(
            revision is { } number
                ? reference.With("rev", new string((char)('a' + number), 40))
                    .With("narHash", $"sha256-{new string('A', 43)}=")
                    .With("lastModified", (ulong)number)
                : reference);
    }

    [Fact]
    public void What_is_written_is_read_again() =>
        Lock.Sample(file => LockDiff.Same(file, LockFileReader.Read("flake.lock", LockFileWriter.Write(file))));

    [Fact]
    public void A_merge_with_nothing_new_is_the_other_side() => Sides.Sample((common, ours, theirs) =>
    {
        Assert.True(LockMerge.Merge(common, ours, common) is MergeOutcome.Merged(var mine) && LockDiff.Same(ours, mine));
        Assert.True(LockMerge.Merge(common, common, theirs) is MergeOutcome.Merged(var other) && LockDiff.Same(theirs, other));
        Assert.True(LockMerge.Merge(common, ours, ours) is MergeOutcome.Merged(var both) && LockDiff.Same(ours, both));
    });

    [Fact]
    public void A_merge_is_the_same_in_both_orders() => Sides.Sample((common, one, other) =>
    {
        switch (LockMerge.Merge(common, one, other), LockMerge.Merge(common, other, one))
        {
            case (MergeOutcome.Merged(var left), MergeOutcome.Merged(var right)):
                Assert.True(LockDiff.Same(left, right));
                break;
            case (MergeOutcome.Conflicted(var left, _), MergeOutcome.Conflicted(var right, _)):
                Assert.Equal(left, right.Select(conflict => conflict with { Ours = conflict.Theirs, Theirs = conflict.Ours }));
                break;
            default:
                Assert.Fail("one order merges and the other does not");
                break;
        }
    });

    [Fact]
    public void A_merge_guesses_nothing() => Sides.Sample((common, one, other) =>
    {
        if (LockMerge.Merge(common, one, other) is not MergeOutcome.Merged(var merged))
            return;
        // Every field comes from one of the sides.
        foreach (var (path, edge) in merged.AllInputs())
        {
            var from = new[] { one.EdgeAt(path), other.EdgeAt(path) };
            if (edge is LockEdge.Follows)
                Assert.Contains(edge, from);
            else
                Assert.All(Fields(edge), (field, i) => Assert.Contains(field, from.Select(side => Fields(side)[i])));
        }

        static object?[] Fields(LockEdge? edge) =>
            edge is LockEdge.Locked(var node) ? [node.Locked, node.Original, node.IsFlake] : [null, null, null];
    });

    [Fact]
    public void A_merge_breaks_no_follows() =>
        Sides.Sample((common, ours, theirs) => LockGraft.Dangling(LockMerge.Merge(common, ours, theirs).Lock).Count == 0);

    [Fact]
    public void A_merge_that_is_settled_by_a_side_has_no_conflict_left() => Sides.Sample((common, ours, theirs) =>
    {
        var byOurs = new MergeSides(common, ours, theirs).Settle(_ => MergeSide.Ours).Outcome;
        var byTheirs = new MergeSides(common, theirs, ours).Settle(_ => MergeSide.Theirs).Outcome;

        Assert.True(byOurs is MergeOutcome.Merged(var left) && byTheirs is MergeOutcome.Merged(var right) && LockDiff.Same(left, right));
    });

    [Fact]
    public void A_graft_is_the_other_there_and_as_before_elsewhere_and_twice_is_once() => Gen.Select(Lock, Lock).Sample((target, from) =>
    {
        foreach (var name in from.Root.Inputs.Names)
        {
            var path = InputPath.Of(name);
            var grafted = LockGraft.Into(target, from, path);
            Assert.True(LockDiff.Between(target, grafted).Changes.All(change => change.Path.StartsWith(path)));
            Assert.DoesNotContain(LockDiff.Between(from, grafted).Changes, change => change.Path.StartsWith(path));
            Assert.True(LockDiff.Same(grafted, LockGraft.Into(grafted, from, path)));
        }
    });

    [Fact]
    public void The_culprits_are_found_and_nobody_else() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[0, 39].HashSet[1, 3]).Sample((count, picked) =>
    {
        var culprits = picked.Where(each => each < count).ToHashSet();
        if (culprits.Count == 0)
            return;
        var tries = 0;
        var found = DeltaDebugging.FindAsync([.. Enumerable.Range(0, count)], changes =>
        {
            tries++;
            return Task.FromResult(culprits.IsSubsetOf(changes) ? Verdict.Bad : Verdict.Good);
        }).GetAwaiter().GetResult();

        Assert.Equal(culprits.Order(), found.Order());
        if (culprits.Count == 1)
            Assert.True(tries <= 2 * Math.Ceiling(Math.Log2(count)), $"{tries} tries for one among {count}");
    });
}
