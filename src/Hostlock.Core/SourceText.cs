namespace Hostlock;

/// <summary>A text with a name that the user knows it by, usually a path relative to the repository.</summary>
public sealed class SourceText(string name, string text)
{
    public string Name { get; } = name;

    public string Text { get; } = text;

    public SourceSpan Span(int start, int length) => new(this, start, length);

    /// <summary>The 1-based line and column of an offset. Only <c>\n</c> ends a line; a column counts UTF-16 units.</summary>
    public (int Line, int Column) Position(int offset)
    {
        var before = Text.AsSpan(0, Math.Clamp(offset, 0, Text.Length));
        return (before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
    }

    /// <summary>The text of the line an offset lies on, without its end.</summary>
    public string LineAt(int offset)
    {
        offset = Math.Clamp(offset, 0, Text.Length);
        var start = offset == 0 ? 0 : Text.LastIndexOf('\n', offset - 1) + 1;
        var end = Text.IndexOf('\n', offset);
        return Text[start..(end < 0 ? Text.Length : end)].TrimEnd('\r');
    }

    public override string ToString() => Name;
}

/// <summary>A stretch of a <see cref="SourceText"/>. Offsets and lengths are in UTF-16 units.</summary>
public sealed record SourceSpan(SourceText Source, int Start, int Length)
{
    public int End => Start + Length;

    public string Text => Source.Text.Substring(Start, Length);

    /// <summary><c>flake.nix:12:14</c>, the form editors and terminals make a link of.</summary>
    public override string ToString()
    {
        var (line, column) = Source.Position(Start);
        return $"{Source.Name}:{line}:{column}";
    }
}
