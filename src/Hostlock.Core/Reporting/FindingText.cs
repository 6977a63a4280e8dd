using System.Globalization;
using System.Text;
using Hostlock.Fleets.Checks;

namespace Hostlock.Reporting;

/// <summary>What <c>check</c> found, for people and for the annotations of a forge.</summary>
public static class FindingText
{
    public static string Render(IReadOnlyList<Finding> findings, int locks, Ink ink)
    {
        if (findings.Count == 0)
            return $"{ink.Good("ok")}: {locks} {(locks == 1 ? "lock" : "locks")}, all there and in line\n";
        var text = new StringBuilder();
        foreach (var finding in findings)
        {
            var kind = finding.IsError ? ink.Bad("error") : ink.Warn("warning");
            text.Append(CultureInfo.InvariantCulture, $"{kind}: {finding.File}{(finding.Line is { } line ? $":{line}" : "")}: {finding.Message}\n");
            if (finding.Mend is { } mend)
                text.Append(CultureInfo.InvariantCulture, $"  mend: {mend}\n");
        }
        return text.ToString();
    }

    /// <summary>Workflow commands that GitHub shows beside the line.</summary>
    public static string GitHub(IReadOnlyList<Finding> findings)
    {
        var text = new StringBuilder();
        foreach (var finding in findings)
        {
            var line = finding.Line is { } number ? string.Create(CultureInfo.InvariantCulture, $",line={number}") : "";
            var message = finding.Mend is { } mend ? $"{finding.Message}; mend: {mend}" : finding.Message;
            text.Append(CultureInfo.InvariantCulture, $"::{(finding.IsError ? "error" : "warning")} file={Escape(finding.File)}{line}::{Escape(message)}\n");
        }
        return text.ToString();
    }

    static string Escape(string text) =>
        text.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);
}
