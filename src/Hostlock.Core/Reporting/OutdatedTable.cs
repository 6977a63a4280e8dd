using System.Globalization;
using System.Text;
using Hostlock.Fleets.Changes;

namespace Hostlock.Reporting;

/// <summary>Renders the inputs that an update would move, as a table. Hosts with the same rows share them.</summary>
public static class OutdatedTable
{
    /// <summary>Renders the moves of an update, a table for each lock.</summary>
    public static string Render(IReadOnlyList<OutdatedLock> locks, Ink ink)
    {
        var text = new StringBuilder();
        foreach (var (hosts, rows) in Alike.Group(locks, outdated => outdated.Place.Sharers, outdated => Rows(outdated, ink)))
            text.Append($"{ink.Bold(hosts)}{rows}");
        return text.ToString();
    }

    static string Rows(OutdatedLock one, Ink ink)
    {
        if (!one.HasLock)
            return $": {ink.Bad($"no lock; 'hostlock lock {one.Place.Name}' makes {Visible.Name(one.Place.RelativePath)}")}\n";
        var rows = one.Inputs.Select(Row).Where(row => row is not null).Select(row => row!.Value).ToList();
        if (rows.Count == 0)
            return ": up to date\n";
        var (name, move) = (rows.Max(row => row.Name.Length), rows.Max(row => row.Move.Length));
        return "\n" + string.Concat(rows.Select(row =>
        {
            var note = row.IsBad ? ink.Bad(row.Note) : ink.Dim(row.Note);
            var shown = ink.Link(row.Move, row.Address) + new string(' ', move - row.Move.Length);
            return $"  {row.Name.PadRight(name)}  {shown}  {note}".TrimEnd() + "\n";
        }));
    }

    static (string Name, string Move, string Note, bool IsBad, string? Address)? Row(OutdatedInput input)
    {
        var name = Visible.Name(input.Name);
        var locked = PinText.Short(input.Locked);
        if (input.Problem is { } problem)
            return (name, locked, Visible.Name(problem.Message), true, null);
        if (input is { Newest: null, Waiting: null })
            return (name, locked, "only an update can tell", false, null);
        if (!input.IsOld && input.Waiting is null)
            return null;
        var notes = new List<string>();
        if (input.SecondsBehind is { } behind)
            notes.Add($"{Amounts.Span(behind)} behind");
        if (input.CommitsBehind is { } commits)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{commits} {(commits == 1 ? "commit" : "commits")}"));
        if (input.Freeze is { } freeze)
            notes.Add($"frozen: {Visible.Name(freeze.ToString()!)}");
        if (input.Waiting is { } waiting)
            notes.Add($"{waiting.Id.Shortened} waits for its min-age");
        return (
            name,
            input is { IsOld: true, Newest: { } newest } ? $"{locked} → {newest.Id.Shortened}" : locked,
            string.Join(", ", notes),
            false,
            CompareLink.Between(input.Locked, input.Locked.Commit, input.Newest?.Id));
    }
}
