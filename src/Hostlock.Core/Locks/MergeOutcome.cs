using System.Collections.Immutable;

namespace Hostlock.Locks;

/// <summary>The outcome of a three-way merge of locks.</summary>
/// <param name="Lock">
/// The merge. If the sides differ on some inputs, it has our side of these and the changes of both sides to all others; it is our lock if
/// the other changes do not go with our side.
/// </param>
public abstract record MergeOutcome(LockFile Lock)
{
    /// <summary>Both sides' changes are in one lock.</summary>
    public sealed record Merged(LockFile Lock) : MergeOutcome(Lock);

    /// <summary>The sides changed some inputs differently. Nothing is guessed.</summary>
    /// <param name="Conflicts">These inputs, in path order.</param>
    /// <param name="Lock">The lock with our side of them.</param>
    public sealed record Conflicted(ImmutableArray<MergeConflict> Conflicts, LockFile Lock) : MergeOutcome(Lock);
}
