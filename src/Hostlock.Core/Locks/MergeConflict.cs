using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>One of the two locks that are merged.</summary>
public enum MergeSide
{
    /// <summary>The lock of the branch that is merged into; git calls it <c>ours</c>.</summary>
    Ours,

    /// <summary>The lock of the branch that is merged; git calls it <c>theirs</c>.</summary>
    Theirs,
}

/// <summary>An input on which the two sides of a merge do not agree.</summary>
/// <param name="Input">Its path.</param>
/// <param name="Ours">The input in our lock; null if our lock does not have it.</param>
/// <param name="Theirs">The input in their lock; null if their lock does not have it.</param>
/// <param name="Missing">
/// The input that it would follow in the merge, and that the merge would not have; null if both sides changed the input itself.
/// </param>
public sealed record MergeConflict(InputPath Input, LockEdge? Ours, LockEdge? Theirs, InputPath? Missing = null)
{
    /// <summary>
    /// The side whose pin is the newer one. Null if the pins cannot be compared: the two are of different references, or have no dates, or
    /// one date.
    /// </summary>
    public MergeSide? Newer
    {
        get
        {
            if ((Ours, Theirs) is not (LockEdge.Locked(var ours), LockEdge.Locked(var theirs)) || !ours.SameDeclaration(theirs))
                return null;
            return (ours.Locked.LastModified, theirs.Locked.LastModified) switch
            {
                ({ } mine, { } other) when mine > other => MergeSide.Ours,
                ({ } mine, { } other) when mine < other => MergeSide.Theirs,
                _ => null,
            };
        }
    }
}
