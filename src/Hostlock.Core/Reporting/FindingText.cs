using System.Globalization;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.Checks;

namespace Hostlock.Reporting;

/// <summary>Renders the findings of <c>check</c>, for people and as annotations of a forge.</summary>
public static class FindingText
{
    // Names of hosts take about a line.
    const int RoomForNames = 60;

    /// <summary>
    /// One line for each finding, and beneath it the command that fixes it. A finding that several hosts share has one line, and one
    /// command for all of them.
    /// </summary>
    /// <param name="findings">The findings, in the order in which they are told.</param>
    /// <param name="locks">How many locks were looked at.</param>
    /// <param name="ink">How to colour.</param>
    /// <param name="fleet">The fleet, whose rings shorten commands.</param>
    public static string Render(IReadOnlyList<Finding> findings, int locks, Ink ink, Fleet fleet)
    {
        if (findings.Count == 0)
            return $"{ink.Good("ok")}: {locks} {(locks == 1 ? "lock" : "locks")}, all there and in line\n";
        var text = new StringBuilder();
        // A finding that no other host can have is a group of its own.
        var groups = findings.Select((finding, at) => (Finding: finding, At: at))
            .GroupBy(each => each.Finding.Problem.Common is { } common ? (each.Finding.Code, common, -1) : ("", null, each.At));
        foreach (var alike in groups)
        {
            List<Finding> told = [.. alike.Select(each => each.Finding)];
            var kind = told[0].Severity == Severity.Error ? ink.Bad("error") : ink.Warn("warning");
            var hosts = told.Select(finding => finding.Problem.Owner).OfType<LockOwner>().Distinct().ToList();
            var (message, place, fix) = hosts.Count > 1 && alike.Key.Item2 is { } common
                ? (Joined(common, hosts), PlaceOfAll(told), common.Fix?.For(Operands(told) ?? HostWords.Of(fleet, hosts)))
                : (told[0].Problem.Message, PlaceOf(told[0].Problem), told[0].Problem.Fix);
            text.Append(
                CultureInfo.InvariantCulture, $"{kind}: {(place.Length > 0 ? $"{Visible.Name(place)}: " : "")}{Visible.Name(message)}\n");
            if (fix is not null)
                text.Append(CultureInfo.InvariantCulture, $"  fix: {Visible.Line(fix)}\n");
        }
        return text.ToString();
    }

    /// <summary>The last line: how many errors and warnings there are.</summary>
    /// <param name="findings">The findings.</param>
    /// <param name="locks">How many locks were looked at.</param>
    public static string Counts(IReadOnlyList<Finding> findings, int locks)
    {
        var errors = findings.Count(finding => finding.Severity == Severity.Error);
        var counts = new[] { Count(errors, "error"), Count(findings.Count - errors, "warning") }.Where(count => count.Length > 0);
        return findings.Count == 0 ? "" : $"{string.Join(", ", counts)} in {Count(locks, "lock")}\n";

        static string Count(int count, string noun) =>
            count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
    }

    static string Joined(CommonProblem common, List<LockOwner> hosts)
    {
        var noun = hosts.Any(owner => owner is LockOwner.Root) ? "locks" : "hosts";
        return string.Create(
            CultureInfo.InvariantCulture, $"{common.Message}; {hosts.Count} {noun}: {HostNames.Fit(hosts, RoomForNames)}");
    }

    // Null if the fix takes hosts.
    static List<string>? Operands(List<Finding> findings) =>
        findings.SelectMany(finding => finding.Problem.Operands).Distinct().ToList() is { Count: > 0 } operands ? operands : null;

    static string PlaceOf(Problem problem) =>
        problem.Line is { } line ? string.Create(CultureInfo.InvariantCulture, $"{problem.File}:{line}") : problem.File;

    // Locks of several hosts are several files, which the hosts stand for.
    static string PlaceOfAll(IReadOnlyList<Finding> findings) =>
        findings.Select(finding => PlaceOf(finding.Problem)).Distinct().ToList() is [var only] ? only : "";

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
