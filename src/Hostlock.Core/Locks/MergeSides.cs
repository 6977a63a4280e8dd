using System.Collections.Immutable;
using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>A conflict, and the side that was taken.</summary>
/// <param name="Conflict">The conflict.</param>
/// <param name="Side">The side.</param>
public sealed record SettledConflict(MergeConflict Conflict, MergeSide Side)
{
    /// <summary>The edge that the input has now; null if it is gone.</summary>
    public LockEdge? Edge => Side == MergeSide.Ours ? Conflict.Ours : Conflict.Theirs;
}

/// <summary>A merge after some of its conflicts were settled.</summary>
/// <param name="Sides">The sides, which agree on what was settled.</param>
/// <param name="Settled">The settled conflicts, in the order of settling.</param>
/// <param name="Outcome">The merge of the sides.</param>
public sealed record SettledMerge(MergeSides Sides, ImmutableArray<SettledConflict> Settled, MergeOutcome Outcome)
{
    /// <summary>The conflicts that are left, in path order.</summary>
    public ImmutableArray<MergeConflict> Left => Outcome is MergeOutcome.Conflicted(var conflicts, _) ? conflicts : [];
}

/// <summary>
/// The three locks of a merge. A conflict is settled by giving both sides the same there, so that nothing is left to disagree on.
/// </summary>
/// <param name="Common">The lock that both sides started from.</param>
/// <param name="Ours">Our lock.</param>
/// <param name="Theirs">Their lock.</param>
public sealed record MergeSides(LockFile Common, LockFile Ours, LockFile Theirs)
{
    /// <summary>
    /// Settles conflicts until none is left for which a side is chosen. Settling one may bring another to light: an input that follows one
    /// which the chosen side has dropped.
    /// </summary>
    /// <param name="choose">The side that is taken, with all that lies beneath the input; null leaves the conflict.</param>
    public SettledMerge Settle(Func<MergeConflict, MergeSide?> choose)
    {
        var (sides, settled) = (this, ImmutableArray.CreateBuilder<SettledConflict>());
        while (true)
        {
            var outcome = LockMerge.Merge(sides.Common, sides.Ours, sides.Theirs);
            var next = outcome is MergeOutcome.Conflicted(var conflicts, _) ? Chosen(conflicts, choose) : [];
            if (next.Count == 0)
                return new(sides, settled.ToImmutable(), outcome);
            settled.AddRange(next);
            sides = sides.With(next);
        }
    }

    // No input with two changes lies beneath another, so all such conflicts are settled at once. Settling a follows that would lead nowhere
    // changes other inputs as well, so only the first of those is settled.
    static List<SettledConflict> Chosen(ImmutableArray<MergeConflict> conflicts, Func<MergeConflict, MergeSide?> choose)
    {
        var chosen = (from conflict in conflicts
                      let side = choose(conflict)
                      where side is not null
                      select new SettledConflict(conflict, side.Value)).ToList();
        return chosen.FindAll(settled => settled.Conflict.Missing is null) is { Count: > 0 } apart ? apart : [.. chosen.Take(1)];
    }

    MergeSides With(List<SettledConflict> settled)
    {
        if (settled is [{ Conflict.Missing: not null } dangling])
            return dangling.Side == MergeSide.Ours
                ? this with { Theirs = Take(dangling.Conflict, from: Ours, into: Theirs) }
                : this with { Ours = Take(dangling.Conflict, from: Theirs, into: Ours) };
        return this with
        {
            Ours = Ours.With(Taken(MergeSide.Theirs, from: Theirs)),
            Theirs = Theirs.With(Taken(MergeSide.Ours, from: Ours)),
        };

        List<(InputPath, LockEdge?)> Taken(MergeSide side, LockFile from) =>
            [.. settled.Where(one => one.Side == side).Select(one => (one.Conflict.Input, from.EdgeAt(one.Conflict.Input)))];
    }

    static LockFile Take(MergeConflict conflict, LockFile from, LockFile into)
    {
        // An input that would lead nowhere needs what it follows from the same side.
        var taken = Take(InputPath.Of(conflict.Missing!.Names[0]), from, Take(conflict.Input, from, into));
        return LockDiff.Same(taken, into) ? from : taken;
    }

    // If the other lock has nothing that the input could hang from, the root input is taken that it lies beneath.
    static LockFile Take(InputPath input, LockFile from, LockFile into)
    {
        var hangs = input.Length == 1 || into.EdgeAt(input.Parent) is LockEdge.Locked;
        return LockGraft.Into(into, from, hangs ? input : InputPath.Of(input.Names[0]));
    }
}
