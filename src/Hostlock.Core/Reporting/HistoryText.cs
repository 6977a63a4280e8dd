using System.Globalization;
using System.Text;
using Hostlock.Fleets.History;
using Hostlock.Locks;

namespace Hostlock.Reporting;

/// <summary>Renders the history of a lock: a line for each commit, and beneath it the inputs that moved.</summary>
public static class HistoryText
{
    const int InputsShown = 8;

    /// <summary>Renders the changes of a lock, the newest first.</summary>
    public static string Render(IReadOnlyList<CommittedChange> versions, Ink ink)
    {
        var text = new StringBuilder();
        foreach (var version in versions)
        {
            var (commit, diff) = version;
            var from = commit.PromotedFrom.Length > 0 ? $" {ink.Good($"promoted from {Visible.Name(commit.PromotedFrom)}")}" : "";
            text.Append(
                CultureInfo.InvariantCulture,
                $"{ink.Warn(commit.Id.Shortened)} {commit.Time?.ToString() ?? "no date"} {Visible.Name(commit.Subject)}{from}\n");
            if (diff is null)
            {
                text.Append(version.Why is null ? "  the lock before it cannot be read\n" : "  the lock cannot be read\n");
                continue;
            }
            var moves = diff.Changes.Where(change => change.Path.Length == 1).Take(InputsShown).ToList();
            var width = moves.Select(change => Visible.Name(change.Path.ToString()).Length).DefaultIfEmpty().Max();
            foreach (var change in moves)
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"  {Visible.Name(change.Path.ToString()).PadRight(width)}  {Linked(change, ink)}\n");
            if (diff.Changes.Length > moves.Count)
                text.Append(ink.Dim($"  and {diff.Changes.Length - moves.Count} more")).Append('\n');
        }
        return text.ToString();
    }

    static string Linked(LockChange change, Ink ink) => ink.Link(Move(change), CompareLink.Between(change.Before, change.After));

    // With equal revisions, both sides read alike, so the difference is named.
    internal static string Move(LockChange change)
    {
        var (before, after) = (Short(change.Before), Short(change.After));
        if (before != after)
            return $"{before} → {after}";
        var names = change.Attributes.Select(attribute => attribute.Name).ToList();
        return $"{after} ({(names.Count == 0 ? "declared otherwise" : $"{Visible.Name(string.Join(", ", names))} only")})";
    }

    static string Short(LockEdge? edge) => edge switch
    {
        null => "nothing",
        LockEdge.Follows(var target) => $"follows {Visible.Name(target.ToString())}",
        LockEdge.Locked(var node) => PinText.Short(node.Locked),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
