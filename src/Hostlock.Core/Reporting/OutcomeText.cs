using System.Globalization;
using System.Text;
using Hostlock.Fleets;

namespace Hostlock.Reporting;

/// <summary>What <c>lock</c> and <c>update</c> did, host by host, in Nix's own blocks.</summary>
public static class OutcomeText
{
    public static string Render(IReadOnlyList<HostOutcome> outcomes, bool isWritten, Ink ink)
    {
        var text = new StringBuilder();
        // Hosts to which the same happened are named together.
        var bodies = new Dictionary<(object Diff, bool IsChange), string>();
        foreach (var group in outcomes.OfType<HostOutcome.Ready>().GroupBy(BodyOf))
            text.Append(CultureInfo.InvariantCulture, $"{ink.Bold(string.Join(' ', group.SelectMany(ready => ready.Place.Sharers)))}{group.Key}");
        return text.ToString();

        // Hosts that share a plan share its text.
        string BodyOf(HostOutcome.Ready ready)
        {
            if (!bodies.TryGetValue((ready.Diff, ready.IsChange), out var body))
                bodies.Add((ready.Diff, ready.IsChange), body = Body(ready, isWritten, ink));
            return body;
        }
    }

    static string Body(HostOutcome.Ready ready, bool isWritten, Ink ink) => ready switch
    {
        { IsChange: false } => ": nothing to do\n",
        { Diff.IsEmpty: true } => ": the same entries, written in the form of Nix\n",
        _ => $"\n{DiffText.Render(ready.Diff)}{(isWritten ? "" : ink.Dim("not written") + "\n")}",
    };
}
