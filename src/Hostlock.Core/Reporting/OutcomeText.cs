using System.Globalization;
using System.Text;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;

namespace Hostlock.Reporting;

/// <summary>Renders the outcome of <c>lock</c> and <c>update</c>, host by host, in Nix's own blocks.</summary>
public static class OutcomeText
{
    /// <summary>Renders the outcome of each lock.</summary>
    public static string Render(IEnumerable<PlannedLock> locks, bool isWritten, Ink ink)
    {
        var text = new StringBuilder();
        // Hosts with the same outcome are named together.
        var bodies = new Dictionary<(object Diff, object Held, object Unreachable, bool IsChange), string>();
        foreach (var group in locks.GroupBy(BodyOf))
            text.Append(
                CultureInfo.InvariantCulture,
                $"{ink.Bold(string.Join(' ', group.SelectMany(planned => planned.Place.Sharers)))}{group.Key}");
        return text.ToString();

        // The text of a plan is made once, however many hosts share the plan.
        string BodyOf(PlannedLock planned)
        {
            var key = (planned.Diff, planned.Held, planned.Unreachable, planned.IsChange);
            if (!bodies.TryGetValue(key, out var body))
                bodies.Add(key, body = Body(planned, isWritten, ink));
            return body;
        }
    }

    static string Body(PlannedLock planned, bool isWritten, Ink ink)
    {
        var unreachable = planned.Unreachable.Select(input => Unreachable(input, planned.Stays(input.Path)));
        var kept = HeldText.Render(planned.Held, planned.After) + string.Concat(unreachable);
        return planned switch
        {
            { IsChange: false } => $": {(planned.Unreachable.Count > 0 ? "nothing moves" : "nothing to do")}\n{kept}",
            { Diff.IsEmpty: true } => $": the same entries, written in the form of Nix\n{kept}",
            _ => $"{(ink.IsBrief ? $": {BriefDiff.Summary(planned.Diff)}" : "")}\n{Changes(planned.Diff, ink)}{kept}"
                + (isWritten ? "" : ink.Dim("not written") + "\n"),
        };
    }

    /// <summary>The changes of a lock as their reader wants them.</summary>
    internal static string Changes(LockDiff diff, Ink ink) => ink.IsBrief ? BriefDiff.Render(diff, ink) : DiffText.Render(diff);

    // Two lines: why the input is out of reach, and what to do.
    static string Unreachable(UnreachableInput input, bool stays) =>
        $"• {(stays ? "Kept input" : "Took what was known here of input")} '{Visible.Name(input.Path.ToString())}' (out of reach: "
        + $"{Visible.Name(input.Why.Message.ReplaceLineEndings(" "))})\n"
        + (input.Why.Hint is { } hint ? $"    hint: {Visible.Name(hint)}\n" : "");
}
