using Hostlock.Fleets.Checks;

namespace Hostlock.Reporting.Pages;

/// <summary>Lists what <c>check</c> finds.</summary>
static class FindingList
{
    const int Most = 150;

    /// <summary>Renders the list.</summary>
    /// <param name="findings">The findings.</param>
    public static Html Render(IReadOnlyList<Finding> findings) =>
        findings.Count == 0
            ? (Html)$"<p class=\"good\">check finds nothing: all locks exist, and are in line with what is declared.</p>\n"
            : $"""
                <ul class="findings">
                {findings.OrderBy(finding => finding.Severity).Take(Most).Select(Item)}</ul>
                {(findings.Count > Most ? $"<p>{findings.Count - Most} more: {PageWords.Command("hostlock check")}</p>\n" : Html.Nothing)}
                """;

    static Html Item(Finding finding)
    {
        var (_, severity, problem) = finding;
        var place = problem.Line is { } line ? $"{problem.File}:{PageWords.Number(line)}" : problem.File;
        var isError = severity == Severity.Error;
        return $"<li><b class=\"{(isError ? "bad" : "warn")}\">{(isError ? "error" : "warning")}</b> "
            + $"<code>{place}</code> {problem.Message:line}</li>\n";
    }
}
