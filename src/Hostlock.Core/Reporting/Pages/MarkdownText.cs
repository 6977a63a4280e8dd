using System.Collections.Immutable;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.Checks;
using Hostlock.Locks;
using Hostlock.Machines.Packages;

namespace Hostlock.Reporting.Pages;

/// <summary>
/// Renders moves as Markdown, for the text of a request or the summary of a job. Text of others stands in code spans, where nothing is a
/// link, a mention or HTML.
/// </summary>
public static class MarkdownText
{
    const int MostGroups = 30, MostInputs = 40, MostPackages = 60, MostFindings = 50;

    /// <summary>Renders the moves.</summary>
    /// <param name="moved">The moves.</param>
    public static string Render(MovedLocks moved)
    {
        var text = new StringBuilder($"### Locks since {Code(moved.Since)}\n\n");
        var groups = moved.Locks.GroupBy(each => Inputs(each.Diff), StringComparer.Ordinal).ToList();
        if (groups.Count == 0)
            text.Append("No lock moved.\n\n");
        foreach (var group in groups.Take(MostGroups))
        {
            var owners = group.SelectMany(each => each.Place.Sharers).ToList();
            text.Append($"**{Code(PageWords.Names(owners))}** ({PageWords.Count(owners.Count, "host")})\n\n{group.Key}\n");
            foreach (var (host, packages) in group.SelectMany(each => each.Packages))
                text.Append(Packages(host, packages));
        }
        if (groups.Count > MostGroups)
            text.Append($"{PageWords.Count(groups.Count - MostGroups, "more group")} of hosts moved otherwise.\n\n");
        return text.Append(Findings(moved.Findings)).ToString();
    }

    static string Inputs(LockDiff diff)
    {
        var text = new StringBuilder("| input | before | after | |\n|---|---|---|---|\n");
        foreach (var change in diff.Changes.Take(MostInputs))
        {
            var (before, after) = (Pin(change.Before), Pin(change.After));
            var isForm = before == after;
            text.Append(
                $"| {Cell(change.Path.ToString())} | {before} | {after} | "
                    + (WebAddress.TryParse(CompareLink.Between(change.Before, change.After)) is { } link ? $"[compare](<{link}>)"
                        : isForm ? "declared otherwise, or told in other words"
                        : "")
                    + " |\n");
        }
        if (diff.Changes.Length > MostInputs)
            text.Append($"\nand {PageWords.Number(diff.Changes.Length - MostInputs)} more inputs\n");
        return text.ToString();
    }

    static string Pin(LockEdge? edge) => edge switch
    {
        null => "–",
        LockEdge.Follows(var target) => $"follows {Cell(target.IsRoot ? "the flake itself" : target.ToString())}",
        LockEdge.Locked(var node) =>
            $"{Cell(PinText.Short(node.Locked))}{(node.Locked.LastModified is { } modified ? $" {modified}" : "")}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static string Packages(HostName host, PackageDiff diff)
    {
        var changes = PackageText.WithOtherVersions(diff);
        var text = new StringBuilder(
            $"<details><summary>packages of {host}: {PageWords.Number(changes.Count)} with another version, closure "
                + $"{PackageText.Sizes(diff)}</summary>\n\n| package | before | after |\n|---|---|---|\n");
        foreach (var change in changes.Take(MostPackages))
            text.Append($"| {Cell(change.Name)} | {Versions(change.Before)} | {Versions(change.After)} |\n");
        if (changes.Count > MostPackages)
            text.Append($"\nand {PageWords.Number(changes.Count - MostPackages)} more\n");
        return text.Append("\n</details>\n\n").ToString();

        static string Versions(ImmutableArray<string> versions) =>
            versions.IsEmpty ? "–" : Cell(string.Join(", ", versions.Select(version => version.Length == 0 ? "no version" : version)));
    }

    static string Findings(IReadOnlyList<Finding> findings)
    {
        if (findings.Count == 0)
            return "`hostlock check` finds nothing.\n";
        var text = new StringBuilder("#### What `hostlock check` finds\n\n");
        foreach (var (_, severity, problem) in findings.OrderBy(finding => finding.Severity).Take(MostFindings))
        {
            var place = problem.Line is { } line ? $"{problem.File}:{PageWords.Number(line)}" : problem.File;
            text.Append($"- **{(severity == Severity.Error ? "error" : "warning")}** {Code(place)}: {Code(problem.Message)}");
            text.Append(problem.Fix is { } fix ? $"; fix: {Code(fix)}\n" : "\n");
        }
        if (findings.Count > MostFindings)
            text.Append($"- {PageWords.Number(findings.Count - MostFindings)} more\n");
        return text.ToString();
    }

    // In a cell, a bar ends the cell even within a code span.
    static string Cell(string text) => Code(text).Replace("|", "\\|", StringComparison.Ordinal);

    /// <summary>A text as a code span: its marks are longer than any in the text.</summary>
    /// <remarks>CommonMark 0.31, 6.1: one blank at either end is taken off.</remarks>
    static string Code(string text)
    {
        var shown = Visible.Line(text);
        if (shown.Length == 0)
            return "";
        var (longest, run) = (0, 0);
        foreach (var c in shown)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }
        var mark = new string('`', longest + 1);
        return longest == 0 && shown[0] != ' ' ? $"{mark}{shown}{mark}" : $"{mark} {shown} {mark}";
    }
}
