using System.Text;

namespace Hostlock.Cli;

/// <summary>The flake of the last text on a stream, or on two that go to one place.</summary>
sealed class Headings
{
    string? _last;

    /// <summary>Writes the heading of a flake, unless the last text was about it.</summary>
    /// <param name="heading">The heading.</param>
    /// <param name="writer">Gets it.</param>
    public void Write(string heading, TextWriter writer)
    {
        if (_last == heading)
            return;
        writer.Write(_last is null ? $"{heading}\n" : $"\n{heading}\n");
        _last = heading;
    }
}

/// <summary>Writes the heading of a flake above the text about it.</summary>
/// <param name="inner">Takes the text.</param>
/// <param name="heading">The heading.</param>
/// <param name="headings">The flake of the last text. Two writers do not write at the same time.</param>
sealed class HeadedWriter(TextWriter inner, string heading, Headings headings) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (buffer.IsEmpty)
            return;
        lock (headings)
        {
            headings.Write(heading, inner);
            inner.Write(buffer);
        }
    }

    public override void Flush() => inner.Flush();
}
