using System.Text;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Locks;

namespace Hostlock.Reporting;

/// <summary>Renders the inputs of one host, one on each line: the revision, its age, the branch, and remarks.</summary>
public static class HostInputs
{
    /// <summary>Renders the lock.</summary>
    /// <param name="status">The state of the lock, which could be read.</param>
    /// <param name="fleet">The fleet.</param>
    /// <param name="screen">The screen of the reader.</param>
    public static string Render(LockStatus status, Fleet fleet, Screen screen)
    {
        var ring = fleet.Hosts.FirstOrDefault(host => host.Name.ToString() == status.Place.Name)?.Ring;
        var text = new StringBuilder(screen.Ink.Bold(string.Join(' ', status.Place.Sharers)));
        text.Append(ring is null ? "" : $"  @{ring}").Append("  ")
            .Append(screen.Ink.Dim(Visible.Name(status.Place.RelativePath)))
            .Append('\n');
        var stale = StaleIn(status);
        var rows = status.Inputs
            .OrderBy(input => input.Name == DriftMatrix.Nixpkgs ? 0 : 1)
            .Select(input => RowOf(input, stale.Contains(input.Name), screen))
            .ToList();
        if (rows.Count == 0)
            return text.ToString();
        var widths = Enumerable.Range(0, 4).Select(at => rows.Max(row => row.Cells[at].Length)).ToList();
        foreach (var (cells, notes, paint) in rows)
        {
            var line = "  " + string.Join("  ", cells.Select((cell, at) => cell.PadRight(widths[at])));
            text.Append((notes.Length > 0 ? $"{line}  {paint(notes)}" : line).TrimEnd()).Append('\n');
        }
        return text.ToString();
    }

    // The inputs that are not as declared, and the inputs above them. A hostile lock may have very many.
    static HashSet<string> StaleIn(LockStatus status)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var stale in status.Stale?.Inputs ?? [])
        {
            var path = stale.Path.ToString();
            names.Add(path);
            for (var end = path.IndexOf('/', StringComparison.Ordinal); end >= 0; end = path.IndexOf('/', end + 1))
                names.Add(path[..end]);
        }
        return names;
    }

    static (string[] Cells, string Notes, Func<string, string> Paint) RowOf(InputStatus input, bool isStale, Screen screen)
    {
        var name = Visible.Name(input.Name);
        var notes = new List<string>();
        var paint = (Func<string, string>)(words => words);
        if (input.IsAhead)
            (paint, notes) = (screen.Ink.Good, [.. notes, "newest here"]);
        if (input.SecondsBehind > 0)
            (paint, notes) = (screen.Ink.Warn, [.. notes, $"{Amounts.Span(input.SecondsBehind)} behind"]);
        if (input.Freeze is { } freeze)
            notes.Add(freeze.IsOver(DateOnly.FromDateTime(screen.Now.UtcDateTime)) ? "freeze is over" : "frozen");
        if (isStale)
            (paint, notes) = (screen.Ink.Bad, [.. notes, "not as declared"]);
        string[] cells = input.Edge switch
        {
            LockEdge.Follows(var target) => [name, $"follows {Visible.Name(target.ToString())}", "", ""],
            LockEdge.Locked { Node: var node } when node.Locked.IsRelativePath => [name, Visible.Name(node.Locked.Folder!), "", ""],
            LockEdge.Locked { Node: var node } =>
            [
                name,
                PinText.Short(node.Locked),
                node.Locked.LastModified is { } modified ? Amounts.Age(Moment.Of(screen.Now).SecondsSince(modified)) : "",
                BranchText.Of(node.Original),
            ],
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return (cells, string.Join(", ", notes), paint);
    }
}
