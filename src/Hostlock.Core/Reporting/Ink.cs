namespace Hostlock.Reporting;

/// <summary>Colours text for a terminal, or leaves it plain. Colour never carries meaning alone.</summary>
public sealed class Ink(bool isColoured)
{
    /// <summary>Gets the ink that adds nothing.</summary>
    public static readonly Ink Plain = new(false);

    const string End = "\e[0m";

    /// <summary>All sequences that this ink writes; none if it is plain.</summary>
    public IReadOnlyList<string> Marks { get; } = isColoured ? [End, Begin("32"), Begin("31"), Begin("33"), Begin("2"), Begin("1")] : [];

    /// <summary>Colours what went well.</summary>
    public string Good(string text) => Wrap(text, "32");

    /// <summary>Colours what is wrong.</summary>
    public string Bad(string text) => Wrap(text, "31");

    /// <summary>Colours what needs a look.</summary>
    public string Warn(string text) => Wrap(text, "33");

    /// <summary>Colours what may be skipped.</summary>
    public string Dim(string text) => Wrap(text, "2");

    /// <summary>Makes a text stand out.</summary>
    public string Bold(string text) => Wrap(text, "1");

    string Wrap(string text, string code) => isColoured && text.Length > 0 ? $"{Begin(code)}{text}{End}" : text;

    static string Begin(string code) => $"\e[{code}m";
}
