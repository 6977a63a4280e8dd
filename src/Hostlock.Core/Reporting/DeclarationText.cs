using System.Globalization;
using System.Text;
using Hostlock.Fleets.Changes;

namespace Hostlock.Reporting;

/// <summary>Renders a change of declarations: the lines of the file, and the locks.</summary>
public static class DeclarationText
{
    /// <summary>Renders a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="isWritten">False if nothing was written.</param>
    /// <param name="ink">The colours.</param>
    public static string Render(DeclarationPlan plan, bool isWritten, Ink ink)
    {
        if (!plan.IsChange)
            return $"{Visible.Name(plan.File)}: nothing to do\n";
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{ink.Bold(Visible.Name(plan.File))}\n{LineDiffText.Render(plan.Before, plan.After, ink)}");
        if (!isWritten)
            text.Append(CultureInfo.InvariantCulture, $"{ink.Dim("not written")}\n");
        return text.Append(OutcomeText.Render(plan.Locks, isWritten, ink)).ToString();
    }
}
