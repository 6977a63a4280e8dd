using System.Diagnostics;

namespace Hostlock.Locks;

/// <summary>The way in which the conflicts of a merge are settled.</summary>
public enum MergeChoice
{
    /// <summary>By our side.</summary>
    Ours,

    /// <summary>By their side.</summary>
    Theirs,

    /// <summary>By the side whose pin is newer, if the two can be compared.</summary>
    Newer,
}

/// <summary>Applies choices to conflicts.</summary>
public static class MergeChoices
{
    /// <summary>The side that a choice takes of a conflict; null if it takes none.</summary>
    public static MergeSide? SideOf(this MergeChoice choice, MergeConflict conflict) => choice switch
    {
        MergeChoice.Ours => MergeSide.Ours,
        MergeChoice.Theirs => MergeSide.Theirs,
        MergeChoice.Newer => conflict.Newer,
        _ => throw new UnreachableException(),
    };
}
