namespace Hostlock.Fleets;

/// <summary>
/// Words in braces that values replace: <c>{host}</c>. Braces around anything but small letters and hyphens, and those behind a <c>$</c>,
/// are somebody else's.
/// </summary>
public static class Placeholders
{
    /// <summary>The names of the placeholders of a text.</summary>
    /// <param name="text">The text.</param>
    public static IEnumerable<string> Of(string text) => Parts(text).Where(part => part.IsName).Select(part => part.Text);

    /// <summary>Puts values in place of placeholders. A value is not searched for placeholders again.</summary>
    /// <param name="text">The text, of which all placeholders are known.</param>
    /// <param name="value">The value of a name.</param>
    public static string Fill(string text, Func<string, string> value) =>
        string.Concat(Parts(text).Select(part => part.IsName ? value(part.Text) : part.Text));

    static IEnumerable<(bool IsName, string Text)> Parts(string text)
    {
        var begin = 0;
        for (var open = text.IndexOf('{'); open >= 0; open = text.IndexOf('{', open + 1))
        {
            var end = open + 1;
            while (end < text.Length && (char.IsAsciiLetterLower(text[end]) || text[end] == '-'))
                end++;
            if (end == open + 1 || end == text.Length || text[end] != '}' || (open > 0 && text[open - 1] == '$'))
                continue;
            yield return (false, text[begin..open]);
            yield return (true, text[(open + 1)..end]);
            begin = end + 1;
            open = end;
        }
        yield return (false, text[begin..]);
    }
}
