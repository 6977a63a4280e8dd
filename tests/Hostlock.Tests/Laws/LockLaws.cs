using CsCheck;
using Hostlock.Flakes;
using Hostlock.Fleets.Bisecting;
using Hostlock.Locks;

namespace Hostlock.Tests.Laws;

/// <summary>What holds for all locks: of merging, of grafts, of writing and reading, and of looking for what broke.</summary>
public class LockLaws
{
    static readonly string[] Names = ["a", "b", "nixpkgs", "x-y"];

    static readonly Gen<LockedNode> Node = Gen.Recursive<LockedNode>((depth, inner) =>
        Gen.Select(Gen.Int[0, 3], Gen.Bool, depth > 2 ? Gen.Const(Array.Empty<(int, LockedNode?)>()) : Gen.Select(Gen.Int[0, 3], inner.Select(node => (LockedNode?)node)).Array[0, 2]).Select((revision, isFlake, inputs) =>
            new LockedNode(
                Reference(revision),
                Reference(null),
                isFlake,
                null,
                NameMap<LockEdge>.Of([.. inputs.Select(input => KeyValuePair.Create(Names[input.Item1], (LockEdge)new LockEdge.Locked(input.Item2!)))]))));

    static readonly Gen<LockFile> Lock = Gen.Select(
        Gen.Select(Gen.Int[0, 3], Node).Array[0, 4], Gen.Bool,
        (inputs, follows) =>
        {
            var edges = inputs.Select(input => KeyValuePair.Create(Names[input.Item1], (LockEdge)new LockEdge.Locked(input.Item2))).ToList();
            if (follows && edges.Count > 0)
                edges.Add(KeyValuePair.Create("z", (LockEdge)new LockEdge.Follows(InputPath.Of(edges[0].Key))));
            return new LockFile(new(NameMap<LockEdge>.Of(edges)));
        });

    static FlakeRef Reference(int? revision)
    {
        var reference = RefAttributes.Of(("type", "github"), ("owner", "acme"), ("repo", "a"));
        return FlakeRef.FromLock(revision is { } number ? reference.With("rev", new string((char)('a' + number), 40)).With("narHash", $"sha256-{new string('A', 43)}=").With("lastModified", (ulong)number) : reference);
    }

    [Fact]
    public void What_is_written_is_read_again() => Lock.Sample(file => LockDiff.Same(file, LockFileReader.Read("flake.lock", LockFileWriter.Write(file))));

    [Fact]
    public void A_merge_with_nothing_new_is_the_other_side() => Gen.Select(Lock, Lock).Sample((common, side) =>
    {
        Assert.True(LockMerge.Merge(common, side, common) is MergeOutcome.Merged(var ours) && LockDiff.Same(side, ours));
        Assert.True(LockMerge.Merge(common, common, side) is MergeOutcome.Merged(var theirs) && LockDiff.Same(side, theirs));
        Assert.True(LockMerge.Merge(common, side, side) is MergeOutcome.Merged(var both) && LockDiff.Same(side, both));
    });

    [Fact]
    public void A_merge_is_the_same_in_both_orders() => Gen.Select(Lock, Lock, Lock).Sample((common, one, other) =>
    {
        switch (LockMerge.Merge(common, one, other), LockMerge.Merge(common, other, one))
        {
            case (MergeOutcome.Merged(var left), MergeOutcome.Merged(var right)):
                Assert.True(LockDiff.Same(left, right));
                break;
            case (MergeOutcome.Conflicted(var left), MergeOutcome.Conflicted(var right)):
                Assert.Equal(left, right);
                break;
            default:
                Assert.Fail("one order merges and the other does not");
                break;
        }
    });

    [Fact]
    public void A_merge_guesses_nothing() => Gen.Select(Lock, Lock, Lock).Sample((common, one, other) =>
    {
        if (LockMerge.Merge(common, one, other) is not MergeOutcome.Merged(var merged))
            return;
        // Every entry comes from one of the sides.
        foreach (var (path, edge) in merged.AllInputs())
        {
            Assert.Contains(new[] { one.EdgeAt(path), other.EdgeAt(path) }, from => (from, edge) switch
            {
                (LockEdge.Locked(var a), LockEdge.Locked(var b)) => a.SameEntry(b),
                (LockEdge.Follows a, LockEdge.Follows b) => a.Equals(b),
                _ => false,
            });
        }
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
    public void The_culprits_are_found_and_nobody_else() => Gen.Select(Gen.Int[1, 40], Gen.Int[0, 39].HashSet[1, 3]).Sample((count, picked) =>
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
