using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>
/// Three-way merge of locks, input by input and not line by line. A change of one side alone is taken. The <c>locked</c> of an input, its
/// <c>original</c>, the other fields of its entry and each of its inputs are merged separately, as git merges separate lines.
/// </summary>
public static class LockMerge
{
    /// <summary>The most inputs of a merge, by path. A few lines can make more if inputs share nodes.</summary>
    public const int MaximumPaths = 200_000;

    /// <summary>Merges two locks.</summary>
    /// <param name="common">The lock that both sides started from.</param>
    /// <param name="ours">Our lock.</param>
    /// <param name="theirs">Their lock.</param>
    public static MergeOutcome Merge(LockFile common, LockFile ours, LockFile theirs)
    {
        // A fact about a pin that only one lock has is no change.
        (common, ours, theirs) = (
            common.WithFactsOf(ours, theirs), ours.WithFactsOf(theirs, common), theirs.WithFactsOf(ours, common));
        var conflicts = new List<MergeConflict>();
        var inputs = new Walk(conflicts).Inputs(common.Root.Inputs, ours.Root.Inputs, theirs.Root.Inputs, InputPath.Root);
        var merged = new LockFile(
            new LockNode(inputs) { Unknown = Unknown(common.Root.Unknown, ours.Root.Unknown, theirs.Root.Unknown) ?? ours.Root.Unknown });
        // A merge can break a follows: one side dropped the input that the other side now follows, or two inputs now follow each other. As
        // long as there are conflicts, the merge has our side of each, and the other side might break other follows. So broken follows are
        // reported once no conflict is left.
        var broken = Broken(merged, ours, theirs);
        if (conflicts.Count == 0)
            conflicts.AddRange(broken.Select(follows =>
                new MergeConflict(follows.Input, ours.EdgeAt(follows.Input), theirs.EdgeAt(follows.Input), follows.Target)));
        return conflicts.Count == 0
            ? new MergeOutcome.Merged(merged)
            : new MergeOutcome.Conflicted([.. conflicts.OrderBy(conflict => conflict.Input)], broken.Count > 0 ? ours : merged);
    }

    // The follows that lead nowhere in the merge alone. If a side has such a follows already, no merge has broken it.
    static List<(InputPath Input, InputPath Target)> Broken(LockFile merged, LockFile ours, LockFile theirs)
    {
        var broken = LockGraft.Dangling(merged);
        return broken.Count == 0 ? [] : [.. broken.Except([.. LockGraft.Dangling(ours), .. LockGraft.Dangling(theirs)])];
    }

    // Null if both sides changed one attribute differently.
    static NameMap<UnknownValue>? Unknown(NameMap<UnknownValue> common, NameMap<UnknownValue> ours, NameMap<UnknownValue> theirs)
    {
        var merged = ours;
        foreach (var name in common.Names.Concat(theirs.Names).Distinct())
        {
            var (before, mine, other) = (Of(common), Of(ours), Of(theirs));
            if (other == before || other == mine)
                continue;
            if (mine != before)
                return null;
            merged = other is { } value ? merged.With(name, value) : merged.Without(name);

            UnknownValue? Of(NameMap<UnknownValue> attributes) => attributes.TryGetValue(name, out var value) ? value : null;
        }
        return merged;
    }

    /// <summary>One walk over the three locks.</summary>
    sealed class Walk(List<MergeConflict> conflicts)
    {
        // Each two nodes are compared once, although a pair is met again on each level above it, and on each path to a shared node.
        readonly Dictionary<(LockedNode, LockedNode), bool> _same = [];
        int _inputs;

        public NameMap<LockEdge> Inputs(NameMap<LockEdge> common, NameMap<LockEdge> ours, NameMap<LockEdge> theirs, InputPath at)
        {
            var merged = new List<KeyValuePair<string, LockEdge>>();
            foreach (var name in common.Names.Concat(ours.Names).Concat(theirs.Names).Distinct())
            {
                if (++_inputs > MaximumPaths)
                    throw LockException.TooManyPaths(MaximumPaths);
                if (Edge(Of(common, name), Of(ours, name), Of(theirs, name), at.Append(name)) is { } edge)
                    merged.Add(new(name, edge));
            }
            return NameMap<LockEdge>.Of(merged);

            static LockEdge? Of(NameMap<LockEdge> inputs, string name) => inputs.TryGetValue(name, out var edge) ? edge : null;
        }

        LockEdge? Edge(LockEdge? common, LockEdge? ours, LockEdge? theirs, InputPath at)
        {
            if (Same(ours, theirs) || Same(common, theirs))
                return ours;
            if (Same(common, ours))
                return theirs;
            if (ours is LockEdge.Locked(var mine) && theirs is LockEdge.Locked(var other))
            {
                var before = (common as LockEdge.Locked)?.Node;
                if (Entry(before, mine, other) is { } entry)
                    return new LockEdge.Locked(
                        entry.WithInputs(Inputs(before?.Inputs ?? NameMap<LockEdge>.Empty, mine.Inputs, other.Inputs, at)));
            }
            conflicts.Add(new(at, ours, theirs));
            return ours;
        }

        // Null if both sides changed one field differently.
        static LockedNode? Entry(LockedNode? common, LockedNode ours, LockedNode theirs)
        {
            var (locked, original) = (Holder(node => node.Locked), Holder(node => node.Original));
            var (flake, parent) = (Holder(node => node.IsFlake), Holder(node => node.Parent));
            var unknown = Unknown(common?.Unknown ?? NameMap<UnknownValue>.Empty, ours.Unknown, theirs.Unknown);
            if (locked is null || original is null || flake is null || parent is null || unknown is null)
                return null;
            // A tree that is no flake has no inputs, whatever the other side has beneath it.
            var isWhole = flake.IsFlake || (ours.Inputs.Count == 0 && theirs.Inputs.Count == 0);
            return isWhole
                ? new(locked.Locked, original.Original, flake.IsFlake, parent.Parent, ours.Inputs) { Unknown = unknown }
                : null;

            // The side whose value of a field is in the merge.
            LockedNode? Holder<T>(Func<LockedNode, T> field)
            {
                var (mine, other) = (field(ours), field(theirs));
                if (Equals(mine, other) || (common is not null && Equals(field(common), other)))
                    return ours;
                return common is not null && Equals(field(common), mine) ? theirs : null;
            }
        }

        bool Same(LockEdge? one, LockEdge? other) => (one, other) switch
        {
            (null, null) => true,
            (LockEdge.Follows(var target), LockEdge.Follows(var otherTarget)) => target.Equals(otherTarget),
            (LockEdge.Locked(var node), LockEdge.Locked(var otherNode)) =>
                ReferenceEquals(node, otherNode) || Same(node, otherNode),
            _ => false,
        };

        bool Same(LockedNode one, LockedNode other)
        {
            if (!_same.TryGetValue((one, other), out var same))
                _same.Add((one, other), same = one.SameEntry(other) && Same(one.Inputs, other.Inputs));
            return same;
        }

        bool Same(NameMap<LockEdge> one, NameMap<LockEdge> other)
        {
            if (one.Count != other.Count)
                return false;
            foreach (var (name, edge) in one)
            {
                if (!other.TryGetValue(name, out var otherEdge) || !Same(edge, otherEdge))
                    return false;
            }
            return true;
        }
    }
}
