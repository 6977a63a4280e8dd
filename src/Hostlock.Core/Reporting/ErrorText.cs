using System.Globalization;
using System.Text;

namespace Hostlock.Reporting;

/// <summary>An error or a warning as text: what is wrong, the line it is on with carets beneath, what was being done, what to do next.</summary>
public static class ErrorText
{
    const int LongestLine = 160;

    public static string Render(HostlockException error, Ink ink)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{ink.Bad("error")}: {error.Message}\n");
        if (error.Span is { } span)
            Quote(text, span);
        foreach (var step in error.Trail)
            text.Append(CultureInfo.InvariantCulture, $"  {step}\n");
        if (error.Hint is { } hint)
            text.Append(CultureInfo.InvariantCulture, $"{ink.Bold("hint")}: {hint}\n");
        return text.ToString();
    }

    public static string Render(Warning warning, Ink ink) =>
        $"{ink.Warn("warning")}: {warning.Message}{(warning.Span is { } span ? $" ({span})" : "")}\n";

    static void Quote(StringBuilder text, SourceSpan span)
    {
        var (line, column) = span.Source.Position(span.Start);
        var quoted = span.Source.LineAt(span.Start).Replace('\t', ' ');
        var number = line.ToString(CultureInfo.InvariantCulture);
        var margin = new string(' ', number.Length);
        text.Append(CultureInfo.InvariantCulture, $"{margin}--> {span}\n");
        if (quoted.Length > LongestLine || quoted.Any(char.IsControl))
            return;
        var carets = Math.Clamp(span.Length, 1, Math.Max(1, quoted.Length - column + 1));
        text.Append(CultureInfo.InvariantCulture, $"{margin} |\n{number} | {quoted}\n{margin} | {new string(' ', column - 1)}{new string('^', carets)}\n");
    }
}
