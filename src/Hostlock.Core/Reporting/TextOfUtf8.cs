using System.Buffers;
using System.Text;
using Hostlock.Platform;

namespace Hostlock.Reporting;

/// <summary>
/// Takes JSON in UTF-8 and hands it on as text, piece by piece: the output of a thousand hosts is never whole in memory. Each piece is
/// rendered as <see cref="Visible"/> does it. If nothing in a piece needs that, and the text would only become UTF-8 again, its bytes are
/// handed on as they are.
/// </summary>
sealed class TextOfUtf8(TextWriter output) : OutputStream
{
    // All of ASCII but '/' and '#', which may be parts of something else, and DEL.
    static readonly SearchValues<byte> Harmless = SearchValues.Create(
        [.. Enumerable.Range(0, 0x7f).Select(code => (byte)code).Where(code => code is not ((byte)'/' or (byte)'#'))]);

    readonly PrintedWriter? _bytes = output as PrintedWriter;

    /// <summary>Takes a piece. A writer of JSON hands on whole texts when it is flushed, so that no character and no address is in
    /// two.</summary>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_bytes is not null && IsPlain(buffer))
        {
            _bytes.Write(buffer);
            return;
        }
        // No address and no name goes over a line, so little is held as text at once.
        var shown = new ArrayBufferWriter<byte>(buffer.Length + 1024);
        while (!buffer.IsEmpty)
        {
            var line = buffer.IndexOf((byte)'\n') is >= 0 and var end ? buffer[..(end + 1)] : buffer;
            if (IsPlain(line))
                shown.Write(line);
            else
                Encoding.UTF8.GetBytes(Visible.Rendered(Visible.WithoutSecrets(Encoding.UTF8.GetString(line)), []), shown);
            buffer = buffer[line.Length..];
        }
        if (_bytes is not null)
            _bytes.Write(shown.WrittenSpan);
        else
            output.Write(Encoding.UTF8.GetString(shown.WrittenSpan));
    }

    // An address may have a password, and two '#' may begin a command to a CI. In ASCII, only DEL is a control that JSON does not escape.
    static bool IsPlain(ReadOnlySpan<byte> json)
    {
        for (var at = 0; json[at..].IndexOfAnyExcept(Harmless) is >= 0 and var ahead; at++)
        {
            at += ahead;
            var isHarmless = json[at] switch
            {
                (byte)'/' => at == 0 || json[at - 1] != (byte)':',
                (byte)'#' => at == 0 || json[at - 1] != (byte)'#',
                _ => false,
            };
            if (!isHarmless)
                return false;
        }
        return true;
    }
}
