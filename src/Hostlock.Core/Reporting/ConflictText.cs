using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Hostlock.Fleets.Merging;
using Hostlock.Locks;

namespace Hostlock.Reporting;

/// <summary>Renders the inputs on which the sides of a merge differ, and their settlement.</summary>
public static class ConflictText
{
    /// <summary>Renders the locks that <c>resolve</c> settled, or the conflicts that it found.</summary>
    /// <param name="resolutions">The locks.</param>
    /// <param name="isWritten">True if they were written.</param>
    /// <param name="ink">How to colour.</param>
    public static string Render(IReadOnlyList<LockResolution> resolutions, bool isWritten, Ink ink)
    {
        var text = new StringBuilder();
        foreach (var (unmerged, merge) in resolutions)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{ink.Bold(string.Join(' ', unmerged.Place.Sharers))}\n{Settled(merge.Settled)}{Left(merge.Left)}");
            if (merge.Left.IsEmpty)
                text.Append(isWritten ? "settled, and added to git's index\n" : "nothing is left to settle\n");
            if (!isWritten)
                text.Append(CultureInfo.InvariantCulture, $"{ink.Dim("not written")}\n");
        }
        return text.ToString();
    }

    /// <summary>The inputs that were settled, each with the side that was taken.</summary>
    public static string Settled(ImmutableArray<SettledConflict> settled) => string.Concat(settled.Select(input =>
        $"• Took {SideOf(input.Side)} of input '{Name(input.Conflict)}':\n    {Edge(input.Edge)}\n"));

    /// <summary>The inputs that are left, each with both sides.</summary>
    public static string Left(ImmutableArray<MergeConflict> conflicts) => string.Concat(conflicts.Select(conflict =>
        $"• Both sides changed input '{Name(conflict)}'{Missing(conflict)}:\n    ours    {Edge(conflict.Ours)}\n    theirs  "
            + $"{Edge(conflict.Theirs)}\n"));

    /// <summary>The options of <c>resolve</c> that settle some conflicts.</summary>
    public static string Options(ImmutableArray<MergeConflict> conflicts) =>
        conflicts.All(conflict => conflict.Newer is not null) ? "--ours, --theirs or --newer" : "--ours or --theirs";

    static string SideOf(MergeSide side) => side == MergeSide.Ours ? "our side" : "their side";

    static string Name(MergeConflict conflict) => Visible.Name(conflict.Input.ToString());

    static string Missing(MergeConflict conflict) =>
        conflict.Missing is { } missing ? $", which would follow '{Visible.Name(missing.ToString())}' and lead nowhere" : "";

    static string Edge(LockEdge? edge) => edge is null ? "none" : DiffText.Describe(edge);
}
