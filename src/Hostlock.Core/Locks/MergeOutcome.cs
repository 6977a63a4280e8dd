using System.Collections.Immutable;

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

    /// <summary>The sides changed some inputs differently. Nothing is guessed.</summary>
    /// <param name="Conflicts">These inputs, in path order.</param>
    /// <param name="WithOurs">
    /// A lock with our side of these inputs and the changes of both sides to all others; our lock if the other changes do not go with it.
    /// </param>
    public sealed record Conflicted(ImmutableArray<MergeConflict> Conflicts, LockFile WithOurs) : MergeOutcome;
}
