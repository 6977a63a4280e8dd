namespace Hostlock.Reporting;

/// <summary>The words good, bad, dim and bold as a terminal shows them, or plain. Colour never carries meaning alone.</summary>
public sealed class Ink(bool isColoured)
{
    public static readonly Ink Plain = new(false);

    public string Good(string text) => Wrap(text, "32");

    public string Bad(string text) => Wrap(text, "31");

    public string Warn(string text) => Wrap(text, "33");

    public string Dim(string text) => Wrap(text, "2");

    public string Bold(string text) => Wrap(text, "1");

    string Wrap(string text, string code) => isColoured && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
