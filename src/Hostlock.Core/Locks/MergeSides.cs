using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>The three locks of a merge. A conflict is settled by giving both sides the same there, so that nothing is left to disagree on.</summary>
/// <param name="Common">The lock that both sides started from.</param>
/// <param name="Ours">Our lock.</param>
/// <param name="Theirs">Their lock.</param>
public sealed record MergeSides(LockFile Common, LockFile Ours, LockFile Theirs)
{
    /// <summary>Merges the two sides.</summary>
    public MergeOutcome Merge() => LockMerge.Merge(Common, Ours, Theirs);

    /// <summary>
    /// Settles conflicts until none is left for which a side is chosen. One that is settled may bring another to light: an input that follows
    /// what the chosen side has dropped.
    /// </summary>
    /// <param name="choose">The side that is taken, with all that lies beneath the input; null leaves the conflict.</param>
    public MergeSides Settle(Func<MergeConflict, MergeSide?> choose)
    {
        var sides = this;
        while (sides.Merge() is MergeOutcome.Conflicted(var conflicts, _))
        {
            var chosen = conflicts.Select(conflict => (Conflict: conflict, Side: choose(conflict))).FirstOrDefault(choice => choice.Side is not null);
            if (chosen is not (var conflict, { } side))
                break;
            sides = sides.Settle(conflict, side);
        }
        return sides;
    }

    MergeSides Settle(MergeConflict conflict, MergeSide side) => side == MergeSide.Ours
        ? this with { Theirs = Take(conflict, from: Ours, into: Theirs) }
        : this with { Ours = Take(conflict, from: Theirs, into: Ours) };

    static LockFile Take(MergeConflict conflict, LockFile from, LockFile into)
    {
        var taken = Take(conflict.Input, from, into);
        // An input that would lead nowhere needs what it follows from the same side.
        if (conflict.Missing is { } missing)
            taken = Take(InputPath.Of(missing.Names[0]), from, taken);
        return LockDiff.Same(taken, into) ? from : taken;
    }

    // Where the other lock has nothing that the input could hang from, the root input is taken that it lies beneath.
    static LockFile Take(InputPath input, LockFile from, LockFile into)
    {
        var hangs = input.Length == 1 || into.EdgeAt(input.Parent) is LockEdge.Locked;
        return LockGraft.Into(into, from, hangs ? input : InputPath.Of(input.Names[0]));
    }
}
