namespace Hostlock;

/// <summary>A text, with the name that the user knows it by.</summary>
/// <param name="name">The name, usually a path relative to the repository.</param>
/// <param name="text">The text.</param>
public sealed class SourceText(string name, string text)
{
    /// <summary>The name that the user knows the text by.</summary>
    public string Name { get; } = name;

    /// <summary>The whole text.</summary>
    public string Text { get; } = text;

    /// <summary>The line end of the first line; <c>\n</c> if the text has none. New lines end like that.</summary>
    public string LineEnd => Text.IndexOf('\n', StringComparison.Ordinal) is > 0 and var first && Text[first - 1] == '\r' ? "\r\n" : "\n";

    /// <summary>Marks a stretch of the text.</summary>
    /// <param name="start">The offset of its first character, in UTF-16 units.</param>
    /// <param name="length">Its length, in UTF-16 units.</param>
    public SourceSpan Span(int start, int length) => new(this, start, length);

    /// <summary>Finds the line and column of an offset, counted from 1. Only <c>\n</c> ends a line; a column counts UTF-16 units.</summary>
    /// <param name="offset">The offset in UTF-16 units; one outside the text counts as the nearer end.</param>
    public (int Line, int Column) Position(int offset)
    {
        var before = Text.AsSpan(0, Math.Clamp(offset, 0, Text.Length));
        return (before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
    }

    /// <summary>Finds the line that an offset lies on, without the line break.</summary>
    /// <param name="offset">The offset in UTF-16 units; one outside the text counts as the nearer end.</param>
    public string LineAt(int offset)
    {
        offset = Math.Clamp(offset, 0, Text.Length);
        var start = offset == 0 ? 0 : Text.LastIndexOf('\n', offset - 1) + 1;
        var end = Text.IndexOf('\n', offset);
        return Text[start..(end < 0 ? Text.Length : end)].TrimEnd('\r');
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>A stretch of a <see cref="SourceText"/>.</summary>
/// <param name="Source">The text.</param>
/// <param name="Start">The offset of its first character, in UTF-16 units.</param>
/// <param name="Length">Its length, in UTF-16 units.</param>
public sealed record SourceSpan(SourceText Source, int Start, int Length)
{
    /// <summary>The offset after its last character, in UTF-16 units.</summary>
    public int End => Start + Length;

    /// <summary>The characters of the stretch.</summary>
    public string Text => Source.Text.Substring(Start, Length);

    /// <summary>The line it begins on, the first being 1.</summary>
    public int Line => Source.Position(Start).Line;

    /// <summary>The place as <c>flake.nix:12:14</c>, which editors and terminals turn into a link.</summary>
    public override string ToString()
    {
        var (line, column) = Source.Position(Start);
        return $"{Source.Name}:{line}:{column}";
    }
}
