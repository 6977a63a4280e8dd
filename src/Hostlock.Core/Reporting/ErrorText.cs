using System.Globalization;
using System.Text;
using Hostlock.Fetching;
using Hostlock.Flakes;

namespace Hostlock.Reporting;

/// <summary>
/// Renders errors and warnings: the message, the line of the error with a mark under it, the steps that were under way, and the hint.
/// </summary>
public static class ErrorText
{
    // The most characters that are shown of a line. A line of a lock that a program wrote can be megabytes long.
    const int Width = 160;

    // The most steps that are shown of those that were under way. Inputs of inputs can be nested hundreds of levels deep.
    const int Steps = 12;

    /// <summary>Renders an error: the message, its place in a file, and the hint.</summary>
    /// <param name="error">The error.</param>
    /// <param name="ink">How to colour.</param>
    /// <param name="commands">How the commands of the hint are typed; null for the folder of the flake.</param>
    public static string Render(HostlockException error, Ink ink, TypedCommands? commands = null)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{ink.Bad("error")}: {Indented(error.Message)}\n");
        AppendPlace(text, error.Span, ink);
        foreach (var doing in error.Trail.Take(Steps))
            text.Append(CultureInfo.InvariantCulture, $"  {Indented(doing)}\n");
        if (error.Trail.Count > Steps)
            text.Append(CultureInfo.InvariantCulture, $"  … and {error.Trail.Count - Steps} steps more\n");
        // Errors of a flake, or of fetching it, are about other repositories.
        AppendHint(text, error.Hint, ink, error is FlakeException or FetchException ? null : commands ?? TypedCommands.InFlake);
        return text.ToString();
    }

    /// <summary>Renders a warning.</summary>
    /// <param name="warning">The warning.</param>
    /// <param name="ink">How to colour.</param>
    /// <param name="commands">How the commands of the hint are typed; null for the folder of the flake.</param>
    public static string Render(Warning warning, Ink ink, TypedCommands? commands = null)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{ink.Warn("warning")}: {Indented(warning.Message)}\n");
        AppendPlace(text, warning.Span, ink);
        AppendHint(text, warning.Hint, ink, commands ?? TypedCommands.InFlake);
        return text.ToString();
    }

    static void AppendHint(StringBuilder text, string? hint, Ink ink, TypedCommands? commands)
    {
        if (hint is not null)
            text.Append(CultureInfo.InvariantCulture, $"{ink.Bold("hint")}: {Visible.Line(commands?.Here(hint) ?? hint)}\n");
    }

    // A line that a message brings along must not be taken for one of ours.
    static string Indented(string text) => Visible.Text(text).Replace("\n", "\n  ", StringComparison.Ordinal);

    static void AppendPlace(StringBuilder text, SourceSpan? span, Ink ink)
    {
        if (span is null)
            return;
        var (number, column) = span.Source.Position(span.Start);
        var line = span.Source.LineAt(span.Start);
        var margin = number.ToString(CultureInfo.InvariantCulture);
        var indent = new string(' ', margin.Length);
        text.Append(CultureInfo.InvariantCulture, $"{indent}{ink.Dim("-->")} {Visible.Name(span.ToString())}\n");
        text.Append(CultureInfo.InvariantCulture, $"{indent} {ink.Dim("|")}\n");
        var at = Math.Min(column - 1, line.Length);
        var length = Math.Clamp(span.Length, 1, Math.Max(line.Length - at, 1));
        // Cuts a long line to the part around the mark.
        var from = at + length <= Width ? 0 : Math.Max(0, at - (Width / 4));
        var shown = line.Substring(from, Math.Min(line.Length - from, Width));
        length = Math.Min(length, Math.Max(1, shown.Length - (at - from)));
        text.Append(
            CultureInfo.InvariantCulture,
            $"{ink.Dim($"{margin} |")} {(from > 0 ? "…" : "")}{Visible.Text(shown)}{(from + shown.Length < line.Length ? "…" : "")}\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"{indent} {ink.Dim("|")} "
                + $"{(from > 0 ? " " : "")}{Pad(shown, at - from)}{ink.Bad(new string('^', Columns(shown, at - from, length)))}\n");
    }

    // Spaces as wide as the characters before the mark. A tab stays a tab, so that the mark is in its place however wide a tab is; a
    // character that is shown as an escape takes six columns.
    static string Pad(string line, int length)
    {
        var pad = new StringBuilder();
        foreach (var c in line.AsSpan(0, Math.Min(length, line.Length)))
            pad.Append(c == '\t' ? "\t" : Visible.IsUnfit(c) ? "      " : char.IsLowSurrogate(c) ? "" : " ");
        return pad.ToString();
    }

    static int Columns(string line, int start, int length)
    {
        var columns = 0;
        for (var i = start; i < start + length; i++)
            columns += i >= line.Length ? 1 : Visible.IsUnfit(line[i]) ? 6 : char.IsLowSurrogate(line[i]) ? 0 : 1;
        return Math.Max(columns, 1);
    }
}
