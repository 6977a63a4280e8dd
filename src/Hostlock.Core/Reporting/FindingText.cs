using System.Globalization;
using System.Text;
using Hostlock.Fleets.Checks;

namespace Hostlock.Reporting;

/// <summary>Renders the findings of <c>check</c>, for people and as annotations of a forge.</summary>
public static class FindingText
{
    /// <summary>One line for each finding, and beneath it the command that fixes it.</summary>
    /// <param name="findings">The findings, in the order in which they are told.</param>
    /// <param name="locks">How many locks were looked at.</param>
    /// <param name="ink">How to colour.</param>
    public static string Render(IReadOnlyList<Finding> findings, int locks, Ink ink)
    {
        if (findings.Count == 0)
            return $"{ink.Good("ok")}: {locks} {(locks == 1 ? "lock" : "locks")}, all there and in line\n";
        var text = new StringBuilder();
        foreach (var (_, severity, problem) in findings)
        {
            var kind = severity == Severity.Error ? ink.Bad("error") : ink.Warn("warning");
            var place = problem.Line is { } line ? string.Create(CultureInfo.InvariantCulture, $"{problem.File}:{line}") : problem.File;
            text.Append(CultureInfo.InvariantCulture, $"{kind}: {Visible.Name(place)}: {Visible.Name(problem.Message)}\n");
            if (problem.Fix is { } fix)
                text.Append(CultureInfo.InvariantCulture, $"  fix: {Visible.Line(fix)}\n");
        }
        return text.ToString();
    }

    /// <summary>
    /// Renders findings as workflow commands, which GitHub shows beside the line. Nothing in a finding ends its command or begins another.
    /// </summary>
    /// <param name="findings">The findings.</param>
    /// <param name="flake">The folder of the flake, relative to the repository, by which GitHub names files; empty for the repository's own
    /// folder.</param>
    public static string GitHub(IReadOnlyList<Finding> findings, string flake)
    {
        var text = new StringBuilder();
        foreach (var (_, severity, problem) in findings)
        {
            var line = problem.Line is { } number ? string.Create(CultureInfo.InvariantCulture, $",line={number}") : "";
            var message = problem.Fix is { } fix ? $"{problem.Message}; fix: {fix}" : problem.Message;
            text.Append(
                CultureInfo.InvariantCulture,
                $"::{(severity == Severity.Error ? "error" : "warning")} "
                    + $"file={Property(Path.Combine(flake, problem.File))}{line}::{Data(message)}\n");
        }
        return text.ToString();
    }

    static string Data(string text) =>
        Visible.Rendered(Visible.Text(text), [])
            .Replace("%", "%25", StringComparison.Ordinal)
            .Replace("\r", "%0D", StringComparison.Ordinal)
            .Replace("\n", "%0A", StringComparison.Ordinal);

    // A property of a command ends at ',' and ':' as well.
    static string Property(string text) =>
        Data(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
