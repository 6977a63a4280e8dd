using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Hostlock.Reporting.Pages;

/// <summary>
/// A piece of HTML, as an interpolated string writes it: <c>$"&lt;td&gt;{name}&lt;/td&gt;"</c>. The words are ours, and the values may come
/// from anybody: a text is shown by <see cref="Visible"/> and escaped, also within the quotes of an attribute. Only another piece stays as
/// it is, so that no text can become HTML by an oversight.
/// </summary>
[InterpolatedStringHandler]
public sealed class Html
{
    readonly StringBuilder _text;

    /// <summary>Begins a piece; the compiler calls this.</summary>
    /// <param name="literalLength">The length of its words.</param>
    /// <param name="formattedCount">How many values it has.</param>
    public Html(int literalLength, int formattedCount) => _text = new(literalLength + (formattedCount * 16));

    /// <summary>A piece with nothing in it.</summary>
    public static Html Nothing => new(0, 0);

    /// <summary>True if the piece has nothing in it.</summary>
    public bool IsEmpty => _text.Length == 0;

    /// <summary>Adds HTML of our own.</summary>
    public void AppendLiteral(string words) => _text.Append(words);

    /// <summary>Adds a text, as <see cref="Visible.Value"/> shows it; null adds nothing.</summary>
    public void AppendFormatted(string? text)
    {
        if (text is not null)
            Escape(Visible.Value(text));
    }

    /// <summary>Adds a text.</summary>
    /// <param name="text">The text; null adds nothing.</param>
    /// <param name="format"><c>line</c> for a sentence or a command, of which nothing is cut but long words; <c>text</c> for one of several
    /// lines.</param>
    /// <exception cref="FormatException">There is no such format.</exception>
    public void AppendFormatted(string? text, string format)
    {
        if (text is null)
            return;
        Escape(format switch
        {
            "line" => Visible.Line(text),
            "text" => Visible.Text(text),
            _ => throw new FormatException($"no format '{format}'"),
        });
    }

    /// <summary>Adds a whole number.</summary>
    public void AppendFormatted(int number) => _text.Append(CultureInfo.InvariantCulture, $"{number}");

    /// <summary>Adds a number with at most one digit behind the point, as the geometry of a drawing needs it.</summary>
    public void AppendFormatted(double number) => _text.Append(number.ToString("0.#", CultureInfo.InvariantCulture));

    /// <summary>Adds a piece; null adds nothing.</summary>
    public void AppendFormatted(Html? piece) => _text.Append(piece?._text);

    /// <summary>Adds pieces, one after the other.</summary>
    public void AppendFormatted(IEnumerable<Html> pieces)
    {
        foreach (var piece in pieces)
            _text.Append(piece._text);
    }

    /// <summary>Adds the text of a stylesheet or a script of the program itself, in which nothing may be escaped.</summary>
    internal void AppendFormatted(PageResource resource) => _text.Append(resource.Text);

    /// <summary>Pieces with another one between each two of them.</summary>
    /// <param name="between">What comes between them.</param>
    /// <param name="pieces">The pieces.</param>
    public static Html Join(Html between, IEnumerable<Html> pieces)
    {
        var joined = Nothing;
        foreach (var piece in pieces.Where(piece => !piece.IsEmpty))
        {
            if (!joined.IsEmpty)
                joined.AppendFormatted(between);
            joined.AppendFormatted(piece);
        }
        return joined;
    }

    /// <summary>A link, which opens in a new tab and learns nothing of the page; the text alone if the address is none of the web, or has a
    /// secret.</summary>
    /// <param name="address">The address; null for none.</param>
    /// <param name="text">The text.</param>
    public static Html Link(string? address, string text) =>
        WebAddress.TryParse(address) is { } web
            ? (Html)$"<a href=\"{web.ToString():line}\" rel=\"noreferrer\">{text}</a>"
            : $"{text}";

    /// <summary>The HTML.</summary>
    public override string ToString() => _text.ToString();

    void Escape(string text)
    {
        foreach (var c in text)
        {
            _ = c switch
            {
                '&' => _text.Append("&amp;"),
                '<' => _text.Append("&lt;"),
                '>' => _text.Append("&gt;"),
                '"' => _text.Append("&quot;"),
                '\'' => _text.Append("&#39;"),
                '#' => _text.Append("&#35;"), // a CI that reads the page takes '##[' for a command
                _ => _text.Append(c),
            };
        }
    }
}
