using System.Globalization;
using System.Text;
using Hostlock.Fleets.Changes;

namespace Hostlock.Reporting;

/// <summary>Renders the outcome of <c>lock</c> and <c>update</c>, host by host, in Nix's own blocks.</summary>
public static class OutcomeText
{
    public static string Render(IEnumerable<PlannedLock> locks, bool isWritten, Ink ink)
    {
        var text = new StringBuilder();
        // Hosts with the same outcome are named together.
        var bodies = new Dictionary<(object Diff, object Held, bool IsChange), string>();
        foreach (var group in locks.GroupBy(BodyOf))
            text.Append(CultureInfo.InvariantCulture, $"{ink.Bold(string.Join(' ', group.SelectMany(planned => planned.Place.Sharers)))}{group.Key}");
        return text.ToString();

        // The text of a plan is made once, however many hosts share the plan.
        string BodyOf(PlannedLock planned)
        {
            if (!bodies.TryGetValue((planned.Diff, planned.Held, planned.IsChange), out var body))
                bodies.Add((planned.Diff, planned.Held, planned.IsChange), body = Body(planned, isWritten, ink));
            return body;
        }
    }

    static string Body(PlannedLock planned, bool isWritten, Ink ink) => planned switch
    {
        { IsChange: false } => $": nothing to do\n{HeldText.Render(planned.Held, planned.After)}",
        { Diff.IsEmpty: true } => $": the same entries, written in the form of Nix\n{HeldText.Render(planned.Held, planned.After)}",
        _ => $"\n{DiffText.Render(planned.Diff)}{HeldText.Render(planned.Held, planned.After)}{(isWritten ? "" : ink.Dim("not written") + "\n")}",
    };
}
