using System.Globalization;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;

namespace Hostlock.Reporting;

/// <summary>Renders a promotion: the changes of each target, the inputs it keeps and why, and the targets that were refused.</summary>
public static class PromotionText
{
    /// <summary>Renders the entries that a promotion gave to each lock, and its refusals.</summary>
    public static string Render(LockOwner from, IReadOnlyList<LockOutcome> outcomes, bool isPlan, Ink ink)
    {
        var text = new StringBuilder();
        // Targets with the same changes are named together: of a thousand, most are alike.
        foreach (var group in outcomes.GroupBy(outcome => $"{Summary(outcome, ink)}\n{Body(outcome, isPlan, ink)}"))
            text.Append(
                CultureInfo.InvariantCulture,
                $"{ink.Bold($"{from} → {string.Join(' ', group.SelectMany(outcome => outcome.Place.Sharers))}")}{group.Key}");
        return text.ToString();
    }

    static string Summary(LockOutcome outcome, Ink ink) =>
        ink.IsBrief && outcome is LockOutcome.Planned({ Diff: { IsEmpty: false } diff }) ? $": {BriefDiff.Summary(diff)}" : "";

    static string Body(LockOutcome outcome, bool isPlan, Ink ink)
    {
        var text = new StringBuilder();
        switch (outcome)
        {
            case LockOutcome.Failed(_, var why):
                text.Append(CultureInfo.InvariantCulture, $"  {ink.Bad("refused")}: {Visible.Name(why.Message)}\n");
                if (why.Hint is { } hint)
                    text.Append(CultureInfo.InvariantCulture, $"  {Visible.Name(hint)}\n");
                break;
            case LockOutcome.Planned(var planned):
                text.Append(OutcomeText.Changes(planned.Diff, ink));
                text.Append(HeldText.Render(planned.Held, planned.After));
                if (!planned.IsChange)
                    text.Append(planned.Held.Count > 0 ? "  nothing else differs\n" : "  nothing to do: it has these entries already\n");
                else if (planned.Diff.IsEmpty)
                    text.Append("  the same entries, written anew\n");
                if (isPlan && planned.IsChange)
                    text.Append(ink.Dim("  not written (--dry-run)")).Append('\n');
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
        return text.ToString();
    }
}
