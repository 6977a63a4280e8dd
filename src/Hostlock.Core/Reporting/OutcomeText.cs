using System.Globalization;
using System.Text;
using Hostlock.Fleets.Changes;

namespace Hostlock.Reporting;

/// <summary>Renders the outcome of <c>lock</c> and <c>update</c>, host by host, in Nix's own blocks.</summary>
public static class OutcomeText
{
    public static string Render(IReadOnlyList<HostOutcome> outcomes, bool isWritten, Ink ink)
    {
        var text = new StringBuilder();
        // Hosts with the same outcome are named together.
        var bodies = new Dictionary<(object Diff, object Held, bool IsChange), string>();
        foreach (var group in outcomes.OfType<HostOutcome.Ready>().GroupBy(BodyOf))
            text.Append(CultureInfo.InvariantCulture, $"{ink.Bold(string.Join(' ', group.SelectMany(ready => ready.Place.Sharers)))}{group.Key}");
        return text.ToString();

        // The text of a plan is made once, however many hosts share the plan.
        string BodyOf(HostOutcome.Ready ready)
        {
            if (!bodies.TryGetValue((ready.Diff, ready.Held, ready.IsChange), out var body))
                bodies.Add((ready.Diff, ready.Held, ready.IsChange), body = Body(ready, isWritten, ink));
            return body;
        }
    }

    static string Body(HostOutcome.Ready ready, bool isWritten, Ink ink) => ready switch
    {
        { IsChange: false } => $": nothing to do\n{HeldText.Render(ready.Held)}",
        { Diff.IsEmpty: true } => $": the same entries, written in the form of Nix\n{HeldText.Render(ready.Held)}",
        _ => $"\n{DiffText.Render(ready.Diff)}{HeldText.Render(ready.Held)}{(isWritten ? "" : ink.Dim("not written") + "\n")}",
    };
}

/// <summary>Renders the inputs that stayed as they were, in the style of Nix's blocks.</summary>
static class HeldText
{
    public static string Render(IEnumerable<KeptInput> held) => string.Concat(held.Select(kept => $"• Kept input '{Visible.Name(kept.Input)}' ({Visible.Name(kept.Reason)})\n"));
}
