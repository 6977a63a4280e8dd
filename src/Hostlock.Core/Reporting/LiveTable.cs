using System.Text;
using Hostlock.Machines;
using Hostlock.Machines.Probing;

namespace Hostlock.Reporting;

/// <summary>Renders what machines run: a line for each host, with the next command.</summary>
public static class LiveTable
{
    /// <summary>Renders the table.</summary>
    /// <param name="statuses">The hosts.</param>
    /// <param name="commands">How commands are typed in the current folder.</param>
    /// <param name="now">The present time, for ages.</param>
    /// <param name="ink">The colours.</param>
    public static string Render(IReadOnlyList<MachineStatus> statuses, TypedCommands commands, DateTimeOffset now, Ink ink)
    {
        var rows = statuses.Select(status => new Row(status, commands, now)).ToList();
        if (rows.Count == 0)
            return "";
        var host = Math.Max("host".Length, rows.Max(row => row.Host.Length));
        var runs = Math.Max("runs".Length, rows.Max(row => row.Runs.Length));
        var state = rows.Max(row => row.State.Length);
        var text = new StringBuilder();
        text.Append(ink.Bold($"{"host".PadRight(host)}  {"runs".PadRight(runs)}  lock")).Append('\n');
        foreach (var row in rows)
            text.Append(
                $"{row.Host.PadRight(host)}  {row.Runs.PadRight(runs)}  "
                    + (row.Next.Length == 0 ? row.Painted(ink, 0) : $"{row.Painted(ink, state)}  {row.Next}")
                    + "\n");
        return text.ToString();
    }

    sealed class Row(MachineStatus status, TypedCommands commands, DateTimeOffset now)
    {
        public string Host { get; } = status.Host.Name.ToString();

        public string Runs { get; } = status.Facts is { } facts ? Visible.Name(SystemLabel.Of(facts)) : "–";

        public string State { get; } = string.Join(", ", MachineWords.Of(status, now));

        public string Next { get; } = MachineWords.NextStep(status, commands);

        public string Painted(Ink ink, int width)
        {
            var words = State.PadRight(width);
            return status switch
            {
                { Outcome: ProbeOutcome.WrongMachine } or { Pins: PinState.Foreign } or { Facts.FailedUnits: { IsEmpty: false } }
                    or { Pulled.NeedsLook: true } => ink.Bad(words),
                { Outcome: ProbeOutcome.Unreachable } => ink.Dim(words),
                _ when Next.Length > 0 => ink.Warn(words),
                _ => ink.Good(words),
            };
        }
    }
}
