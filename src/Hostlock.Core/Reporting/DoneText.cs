using System.Globalization;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.Undoing;

namespace Hostlock.Reporting;

/// <summary>Renders the things that were done in a flake, one on each line: when, in which commit, the command, the hosts, and the moves in
/// their locks.</summary>
public static class DoneText
{
    const int WidestTitle = 40, WidestHosts = 24, WidestMoves = 60, NarrowestTitle = 16;

    /// <summary>Renders the things, in their order.</summary>
    /// <param name="things">The things.</param>
    /// <param name="screen">Where the text goes. On a terminal, what moved has a line of its own if it does not fit beside the
    /// rest.</param>
    public static string Render(IReadOnlyList<DoneThing> things, Screen screen)
    {
        if (things.Count == 0)
            return "nothing was done here yet\n";
        var rows = things.Select(thing => (
            When: string.Create(CultureInfo.InvariantCulture, $"{thing.Change.When.UtcDateTime:yyyy-MM-dd HH:mm}"),
            Commit: thing.Commit?.Shortened ?? "",
            What: Cut(Title(thing.Change), WidestTitle),
            Hosts: Hosts(thing),
            Moved: Moved(thing),
            thing.IsTakenBack)).ToList();
        var (commits, hosts) = (rows.Max(row => row.Commit.Length), rows.Max(row => row.Hosts.Length));
        var lead = rows[0].When.Length + 2 + (commits == 0 ? 0 : commits + 2);
        var titles = rows.Max(row => row.What.Length);
        if (screen.IsTerminal)
            titles = Math.Min(titles, Math.Max(NarrowestTitle, screen.Width - lead - 2 - hosts));
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            var commit = commits == 0 ? "" : $"{row.Commit.PadRight(commits)}  ";
            var line = $"{row.When}  {commit}{Cut(row.What, titles).PadRight(titles)}  {row.Hosts.PadRight(hosts)}";
            var moved = string.Join("  ", new[] { row.Moved, row.IsTakenBack ? "(taken back)" : "" }.Where(word => word.Length > 0));
            var isLong = screen.IsTerminal && line.Length + 2 + moved.Length > screen.Width;
            line = $"{(isLong ? line.TrimEnd() : line)}{(isLong ? "\n    " : "  ")}{moved}".TrimEnd();
            text.Append(row.IsTakenBack ? screen.Ink.Dim(line) : line).Append('\n');
        }
        return text.ToString();
    }

    static string Title(RecordedChange change) =>
        Visible.Line(change.Commit is null ? ShellWord.Join(change.Words) : change.Title);

    static string Hosts(DoneThing thing)
    {
        var names = thing.Locks.SelectMany(planned => planned.Place.Sharers).Select(owner => owner.ToString()).Distinct().ToList();
        var all = string.Join(' ', names);
        return all.Length <= WidestHosts ? all : $"{names.Count} hosts";
    }

    // The locks if there are any, and the other files by name.
    static string Moved(DoneThing thing)
    {
        var locks = thing.Locks.Select(planned => planned.Place.RelativePath).ToHashSet(StringComparer.Ordinal);
        var others = thing.Change.Files.Select(file => file.Path).Where(path => !locks.Contains(path)).Select(Visible.Name).ToList();
        var files = others.Count > 3 ? $"{others.Count} files" : string.Join(' ', others);
        var isNew = thing.Locks.Count > 0 && thing.Locks.All(planned => planned.Before is null);
        var moves = thing.Locks.Count == 0 ? "" : isNew ? "new" : CommitSubject.MovesOf(thing.Locks, WidestMoves);
        return string.Join("; ", new[] { moves, files }.Where(part => part.Length > 0));
    }

    static string Cut(string text, int columns) => text.Length <= columns ? text : $"{text[..(columns - 1)]}…";
}
