using System.Text;

namespace Hostlock;

/// <summary>
/// Words of a command line for a POSIX shell. The one place where text becomes a word that a shell, or a person at one, reads.
/// </summary>
public static class ShellWord
{
    /// <summary>
    /// A word that a shell takes for exactly this text: as it is if nothing in it means anything to a shell, else in single quotes. What
    /// must not reach a terminal, line feeds among it, is printed by the shell itself, which leaves out line feeds at the end.
    /// </summary>
    public static string Quote(string text) =>
        text.Any(c => Visible.IsUnfit(c) || c is '\n' or '\t') ? Printed(text)
        : text.Length > 0 && !text.StartsWith('=') && text.All(IsPlain) ? text
        : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>A command line that a shell takes apart into exactly these words.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    static string Printed(string text)
    {
        var bytes = new StringBuilder();
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            _ = value == '%' ? bytes.Append("%%")
                : IsPlain((char)value) ? bytes.Append((char)value)
                : bytes.Append('\\').Append(Convert.ToString(value, 8).PadLeft(3, '0'));
        }
        return $"\"$(printf '{bytes}')\"";
    }

    // No '~', which a shell expands at the beginning of a word; there zsh expands '=' as well.
    static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '@' or '%' or '+' or '=' or ':' or ',' or '.' or '/' or '-';
}
