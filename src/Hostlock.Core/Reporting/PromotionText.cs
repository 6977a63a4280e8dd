using System.Globalization;
using System.Text;
using Hostlock.Fleets.Changes;

namespace Hostlock.Reporting;

/// <summary>Renders a promotion: the changes of each target, the inputs it keeps and why, and the targets that were refused.</summary>
public static class PromotionText
{
    public static string Render(string from, IReadOnlyList<TargetPlan> plans, bool isPlan, Ink ink)
    {
        var text = new StringBuilder();
        // Targets with the same changes are named together: of a thousand, most are alike.
        foreach (var group in plans.GroupBy(plan => Body(plan, isPlan, ink)))
            text.Append(CultureInfo.InvariantCulture, $"{ink.Bold($"{from} → {string.Join(' ', group.SelectMany(plan => plan.Place.Sharers))}")}\n{group.Key}");
        return text.ToString();
    }

    static string Body(TargetPlan plan, bool isPlan, Ink ink)
    {
        var text = new StringBuilder();
        switch (plan)
        {
            case TargetPlan.Refused(_, var why, var hint):
                text.Append(CultureInfo.InvariantCulture, $"  {ink.Bad("refused")}: {Visible.Name(why)}\n  {Visible.Name(hint)}\n");
                break;
            case TargetPlan.Ready ready:
                text.Append(DiffText.Render(ready.Diff));
                text.Append(HeldText.Render(ready.Kept));
                if (!ready.IsChange)
                    text.Append("  nothing to do: it has this lock already\n");
                else if (ready.Diff.IsEmpty)
                    text.Append("  the same entries, written anew\n");
                if (isPlan && ready.IsChange)
                    text.Append(ink.Dim("  not written (--dry-run)")).Append('\n');
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
        return text.ToString();
    }
}
