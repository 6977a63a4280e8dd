using System.Buffers;
using System.Text;

namespace Hostlock.Reporting;

/// <summary>
/// Takes UTF-8 and hands it on as text, piece by piece: what a thousand hosts have to say is never whole in memory. If the text would
/// only become UTF-8 again, the bytes are handed on as they are.
/// </summary>
sealed class TextOfUtf8(TextWriter output) : Stream
{
    readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    readonly Stream? _bytes = BytesBeneath(output);

    static Stream? BytesBeneath(TextWriter output)
    {
        if (output is not StreamWriter { Encoding: UTF8Encoding } writer)
            return null;
        writer.Flush();
        return writer.BaseStream;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_bytes is not null)
        {
            _bytes.Write(buffer);
            return;
        }
        var text = ArrayPool<char>.Shared.Rent(buffer.Length + 1);
        var length = _decoder.GetChars(buffer, text, flush: false);
        output.Write(text, 0, length);
        ArrayPool<char>.Shared.Return(text);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
