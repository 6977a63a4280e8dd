using System.Collections.Immutable;
using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>How a three-way merge of locks ended.</summary>
public abstract record MergeOutcome
{
    MergeOutcome()
    {
    }

    /// <summary>Both sides' changes are in one lock.</summary>
    /// <param name="Lock">The lock.</param>
    public sealed record Merged(LockFile Lock) : MergeOutcome;

    /// <summary>Both sides moved these inputs, and differently. Nothing is guessed.</summary>
    /// <param name="Inputs">The paths of the inputs.</param>
    public sealed record Conflicted(ImmutableArray<InputPath> Inputs) : MergeOutcome;
}

/// <summary>
/// Three-way merge of locks, input by input and not line by line. An input that one side alone has moved is taken with all
/// beneath it. If both sides left an entry alone but changed inputs beneath it, those are merged in turn.
/// </summary>
public static class LockMerge
{
    /// <summary>Merges two locks.</summary>
    /// <param name="common">The lock that both come from.</param>
    /// <param name="ours">The lock of one side.</param>
    /// <param name="theirs">The lock of the other side.</param>
    public static MergeOutcome Merge(LockFile common, LockFile ours, LockFile theirs)
    {
        var conflicts = ImmutableArray.CreateBuilder<InputPath>();
        var inputs = Inputs(common.Root.Inputs, ours.Root.Inputs, theirs.Root.Inputs, InputPath.Root, conflicts);
        if (conflicts.Count > 0)
            return new MergeOutcome.Conflicted(conflicts.ToImmutable());
        var merged = new LockFile(new(inputs));
        // One side may have dropped what the other now follows.
        var dangling = LockGraft.Dangling(merged);
        return dangling.Count > 0
            ? new MergeOutcome.Conflicted([.. dangling.Select(follows => follows.Input)])
            : new MergeOutcome.Merged(merged);
    }

    static NameMap<LockEdge> Inputs(
        NameMap<LockEdge> common, NameMap<LockEdge> ours, NameMap<LockEdge> theirs, InputPath at, ImmutableArray<InputPath>.Builder conflicts)
    {
        var merged = new List<KeyValuePair<string, LockEdge>>();
        foreach (var name in common.Names.Concat(ours.Names).Concat(theirs.Names).Distinct().Order(Utf8Order.Instance))
        {
            if (Edge(Of(common, name), Of(ours, name), Of(theirs, name), at.Append(name), conflicts) is { } edge)
                merged.Add(new(name, edge));
        }
        return NameMap<LockEdge>.Of(merged);

        static LockEdge? Of(NameMap<LockEdge> inputs, string name) => inputs.TryGetValue(name, out var edge) ? edge : null;
    }

    static LockEdge? Edge(LockEdge? common, LockEdge? ours, LockEdge? theirs, InputPath at, ImmutableArray<InputPath>.Builder conflicts)
    {
        if (Same(ours, theirs) || Same(common, theirs))
            return ours;
        if (Same(common, ours))
            return theirs;
        if (ours is LockEdge.Locked(var mine) && theirs is LockEdge.Locked(var other) && mine.SameEntry(other))
        {
            var before = common is LockEdge.Locked(var old) ? old.Inputs : NameMap<LockEdge>.Empty;
            return new LockEdge.Locked(mine.WithInputs(Inputs(before, mine.Inputs, other.Inputs, at, conflicts)));
        }
        conflicts.Add(at);
        return null;
    }

    static bool Same(LockEdge? one, LockEdge? other) => (one, other) switch
    {
        (null, null) => true,
        (LockEdge.Follows(var target), LockEdge.Follows(var otherTarget)) => target.Equals(otherTarget),
        (LockEdge.Locked(var node), LockEdge.Locked(var otherNode)) => ReferenceEquals(node, otherNode) || (node.SameEntry(otherNode) && Same(node.Inputs, otherNode.Inputs)),
        _ => false,
    };

    static bool Same(NameMap<LockEdge> one, NameMap<LockEdge> other)
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
