namespace Hostlock.Reporting;

/// <summary>Colours text for a terminal, or leaves it plain. Colour never carries meaning alone.</summary>
public sealed class Ink(bool isColoured)
{
    public static readonly Ink Plain = new(false);

    const string End = "\e[0m";

    /// <summary>All sequences that this ink writes; none if it is plain.</summary>
    public IReadOnlyList<string> Marks { get; } = isColoured ? [End, Begin("32"), Begin("31"), Begin("33"), Begin("2"), Begin("1")] : [];

    public string Good(string text) => Wrap(text, "32");

    public string Bad(string text) => Wrap(text, "31");

    public string Warn(string text) => Wrap(text, "33");

    public string Dim(string text) => Wrap(text, "2");

    public string Bold(string text) => Wrap(text, "1");

    string Wrap(string text, string code) => isColoured && text.Length > 0 ? $"{Begin(code)}{text}{End}" : text;

    static string Begin(string code) => $"\e[{code}m";
}
