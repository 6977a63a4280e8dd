using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Hostlock;

/// <summary>
/// A sentence with values in it, as an interpolated string writes it: <c>$"input '{path}' follows '{target}'"</c>. The words are ours, and
/// the values may be anybody's, so each is shown by <see cref="Visible.Value"/>. A value with the format <c>lines</c>, as in
/// <c>{said:lines}</c>, may have several lines; a number or a date has its usual formats.
/// </summary>
[InterpolatedStringHandler]
public sealed class Sentence
{
    readonly StringBuilder _text;

    /// <summary>Begins a sentence; the compiler calls this.</summary>
    /// <param name="literalLength">The length of its words.</param>
    /// <param name="formattedCount">How many values it has.</param>
    public Sentence(int literalLength, int formattedCount) => _text = new(literalLength + (formattedCount * 16));

    Sentence(string text) => _text = new(text);

    /// <summary>Adds words of our own.</summary>
    public void AppendLiteral(string words) => _text.Append(words);

    /// <summary>Adds a value.</summary>
    /// <param name="value">The value; null adds nothing.</param>
    /// <param name="format">Its format; null for the usual one.</param>
    public void AppendFormatted<T>(T value, string? format = null)
    {
        var text = value switch
        {
            IFormattable number => number.ToString(format, CultureInfo.InvariantCulture),
            _ => value?.ToString() ?? "",
        };
        _text.Append(format == "lines" ? Visible.Text(text.Replace("\r\n", "\n", StringComparison.Ordinal)) : Visible.Value(text));
    }

    /// <summary>A sentence without values.</summary>
    public static implicit operator Sentence(string text) => new(text);

    /// <summary>The sentence as text.</summary>
    public override string ToString() => _text.ToString();
}
