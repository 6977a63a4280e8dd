using System.Text;

namespace Hostlock.Platform;

/// <summary>
/// A writer of text in UTF-8 to a standard stream. The output and the errors may go to one pipe or one file, which has their texts in the
/// order in which they were printed: before the errors get anything, the output hands on the text that it holds. Several threads may print.
/// </summary>
/// <param name="stream">The stream.</param>
/// <param name="output">The writer whose text goes out first. This writer holds none; null for the output itself, which holds text until
/// there is more of it.</param>
public sealed class PrintedWriter(Stream stream, PrintedWriter? output) : TextWriter
{
    const int MostHeld = 4 * 1024, MostAtOnce = 1024;

    readonly StreamWriter _text = new(stream, new UTF8Encoding(false), output is null ? MostHeld : MostAtOnce)
    {
        AutoFlush = output is not null,
    };
    readonly Lock _printing = output?._printing ?? new();
    PlatformException? _failure;

    /// <inheritdoc/>
    public override Encoding Encoding => _text.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <summary>Prints a text.</summary>
    /// <exception cref="PlatformException">This text, or an earlier one, cannot be written.</exception>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        lock (_printing)
        {
            Begin();
            _text.Write(buffer);
        }
    }

    /// <summary>Prints a text whose bytes are known. They are not held.</summary>
    /// <exception cref="PlatformException">This text, or an earlier one, cannot be written.</exception>
    internal void Write(ReadOnlySpan<byte> utf8)
    {
        lock (_printing)
        {
            Begin();
            _text.Flush();
            stream.Write(utf8);
        }
    }

    /// <summary>Hands on the text that is held.</summary>
    /// <exception cref="PlatformException">This text, or an earlier one, cannot be written.</exception>
    public override void Flush()
    {
        lock (_printing)
        {
            Begin();
            _text.Flush();
        }
    }

    void Begin()
    {
        output?.HandOn();
        if (_failure is not { } failure)
            return;
        _failure = null;
        throw failure;
    }

    // Whoever prints to the errors may be in the middle of a change, and is not stopped by an output that fails. The next to print to the
    // output is told, and at the end of the run it is flushed.
    void HandOn()
    {
        try
        {
            _text.Flush();
        }
        catch (PlatformException why)
        {
            _failure = why;
        }
    }

    /// <summary>Hands on the text that is held.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _text.Dispose();
        base.Dispose(disposing);
    }
}
