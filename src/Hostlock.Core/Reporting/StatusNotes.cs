using System.Globalization;
using System.Text;
using Hostlock.Fleets;

namespace Hostlock.Reporting;

/// <summary>
/// Explains the marks of the table: a line for each kind, with its hosts, and the command that puts it right. Hosts that only flake.nix or
/// only hostlock.toml has are listed as well.
/// </summary>
public static class StatusNotes
{
    const int Indent = 4;

    /// <summary>Renders the notes; empty if there is nothing to say.</summary>
    /// <param name="state">The state of the flake.</param>
    /// <param name="screen">The screen of the reader.</param>
    public static string Render(FleetState state, Screen screen)
    {
        var text = new StringBuilder();
        foreach (var note in All(state, DateOnly.FromDateTime(screen.Now.UtcDateTime)))
            Write(text, note, screen);
        return text.ToString();
    }

    /// <summary>One note.</summary>
    /// <param name="Mark">The mark that it explains.</param>
    /// <param name="Kind">The common problem of the hosts.</param>
    /// <param name="Hosts">The hosts.</param>
    /// <param name="More">More words, in brackets; empty for none.</param>
    /// <param name="Command">The command that puts it right; null if there is none.</param>
    sealed record Note(char Mark, string Kind, IReadOnlyList<string> Hosts, string More, string? Command);

    static IEnumerable<Note> All(FleetState state, DateOnly today)
    {
        var needed = state.Needed.ToList();
        foreach (var status in needed.Where(status => status.Problem is not null))
            yield return Of(StatusMarks.Broken, "cannot be read", [status], Visible.Name(status.Problem!.Message), null);
        var missing = needed.Where(status => status is { Lock: null, Problem: null }).ToList();
        if (missing.Count > 0)
            yield return Of(StatusMarks.Broken, "no lock", missing, "", "lock");
        var unmerged = needed.Where(status => status.IsUnmerged).ToList();
        if (unmerged.Count > 0)
            yield return Of(StatusMarks.Broken, "git could not merge, and the file has our side", unmerged, "", null)
                with
            { Command = "hostlock resolve" };
        foreach (var alike in needed.Where(status => status.Stale is not null)
            .GroupBy(status => (Inputs: Inputs(status.Stale!), status.Stale!.CanBeLocked)))
            yield return Of(
                StatusMarks.Stale, "not as declared", [.. alike], alike.Key.Inputs, alike.Key.CanBeLocked ? "lock" : null);
        var uncommitted = needed.Where(status => status.IsUncommitted).ToList();
        if (uncommitted.Count > 0)
            yield return Of(StatusMarks.Uncommitted, "not committed", uncommitted, "", null);
        foreach (var note in Freezes(needed, today))
            yield return note;
        if (state.Listed.IsInLine)
            yield break;
        foreach (var note in Listed())
            yield return note;

        Note Of(char mark, string kind, IReadOnlyList<LockStatus> locks, string more, string? verb) => new(
            mark,
            kind,
            [.. locks.SelectMany(status => status.Place.Sharers).Select(owner => owner.ToString())],
            more,
            verb is null ? null : Command([verb, .. HostWords.Of(state.Fleet, [.. locks.Select(status => status.Place.Owner)])]));

        IEnumerable<Note> Listed()
        {
            foreach (var (host, other) in state.Listed.Misspelt)
                yield return new(
                    StatusMarks.Broken, "misspelt", [host.ToString()], $"hostlock.toml has {host}, and flake.nix has {other}", null);
            if (state.Listed.Came.ToList() is { Count: > 0 } came)
                yield return Hosts(StatusMarks.New, "not adopted", came, "in flake.nix and not in hostlock.toml", "init");
            foreach (var (host, file) in state.Listed.UnlistedFlakes)
                yield return Hosts(
                    StatusMarks.New, "not adopted", [host], $"in {Visible.Name(file)} and not in hostlock.toml", "init");
            if (state.Listed.Went.ToList() is { Count: > 0 } went)
                yield return Hosts(StatusMarks.Broken, "gone", went, "in hostlock.toml and no longer in flake.nix", "eject");
        }
    }

    static Note Hosts(char mark, string kind, IReadOnlyList<HostName> hosts, string more, string verb)
    {
        List<string> names = [.. hosts.Select(host => host.ToString())];
        return new(mark, kind, names, more, Command([verb, .. names]));
    }

    static IEnumerable<Note> Freezes(List<LockStatus> locks, DateOnly today)
    {
        var frozen =
            from status in locks.FindAll(status => status.Inputs.Any(input => input.Freeze is not null))
            from input in status.Inputs
            where input.Freeze is not null
            from host in status.Place.Sharers.OfType<LockOwner.Host>()
            select (host.Name, Input: input.Name, Freeze: input.Freeze!);
        foreach (var alike in frozen.GroupBy(each => (each.Input, each.Freeze)))
        {
            var (input, freeze) = (Visible.Name(alike.Key.Input), alike.Key.Freeze);
            List<string> hosts = [.. alike.Select(each => each.Name.ToString())];
            yield return freeze.IsOver(today)
                ? new(
                    StatusMarks.Frozen, $"freeze of {input} is over", hosts, Visible.Name(freeze.ToString()),
                    hosts is [var only] ? Command(["unfreeze", only, alike.Key.Input]) : null)
                : new(StatusMarks.Frozen, $"{input} is frozen", hosts, Visible.Name(freeze.ToString()), null);
        }
    }

    static string Inputs(Staleness stale) =>
        HostNames.Fit([.. stale.Inputs.Select(input => Visible.Name(input.Path.ToString())).Distinct()], " ", 40);

    static string Command(IEnumerable<string> words) => ShellWord.Join(["hostlock", .. words]);

    // A line that is too long for the screen has its command on a line of its own, whole: nobody could copy half of one.
    static void Write(StringBuilder text, Note note, Screen screen)
    {
        var more = note.More.Length == 0 ? "" : $" ({note.More})";
        var command = note.Command is null ? "" : $"'{screen.Commands.Here(note.Command)}'";
        var lead = $"{note.Mark} {note.Kind}: ";
        var hosts = HostNames.Fit(note.Hosts, Math.Max(screen.Width - lead.Length - more.Length, screen.Width / 3));
        var isLong = lead.Length + hosts.Length + more.Length + 2 + command.Length > screen.Width;
        text.Append(
            CultureInfo.InvariantCulture,
            $"{StatusMarks.Paint(note.Mark, screen.Ink)} {note.Kind}: {screen.Ink.Bold(hosts)}{more}");
        if (command.Length > 0)
            text.Append(isLong ? "\n" + new string(' ', Indent) : "; ").Append(command);
        text.Append('\n');
    }
}
