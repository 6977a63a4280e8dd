using System.Globalization;
using System.Text;

namespace Hostlock.Fleets.Settings.Toml;

/// <summary>Writes all TOML: keys and values as text.</summary>
/// <remarks>TOML 1.0, sections Keys and String.</remarks>
static class TomlText
{
    /// <summary>A key: bare if possible, otherwise quoted.</summary>
    public static string Key(string key) =>
        key.Length > 0 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? key : Quoted(key);

    /// <summary>The header of a table: <c>[hosts.plex]</c>.</summary>
    /// <param name="keys">The keys that lead to it.</param>
    public static string Header(params IEnumerable<string> keys) => $"[{string.Join('.', keys.Select(Key))}]";

    /// <summary>A string: in single quotes if that saves escapes, otherwise in double quotes.</summary>
    public static string String(string value) =>
        value.AsSpan().ContainsAny('"', '\\') && !value.Any(c => c == '\'' || char.IsControl(c)) ? $"'{value}'" : Quoted(value);

    /// <summary>An array of strings on one line.</summary>
    public static string Strings(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(String))}]";

    static string Quoted(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\t' => text.Append("\\t"),
                _ when char.IsControl(c) => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                _ => text.Append(c),
            };
        }
        return text.Append('"').ToString();
    }
}
