using System.Collections.Immutable;

namespace Hostlock.Fleets;

/// <summary>The step in the record of changes once something is taken back or put back.</summary>
public abstract record UndoStep
{
    UndoStep()
    {
    }

    /// <summary>Some files of a change were taken back.</summary>
    /// <param name="Change">The number of the change.</param>
    /// <param name="Files">The paths of the files.</param>
    public sealed record TakeBack(int Change, ImmutableArray<string> Files) : UndoStep;

    /// <summary>Some files of a change were put back.</summary>
    /// <param name="Change">The number of the change.</param>
    /// <param name="Files">The paths of the files.</param>
    public sealed record PutBack(int Change, ImmutableArray<string> Files) : UndoStep;
}
