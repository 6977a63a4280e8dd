using Hostlock.Platform;

namespace Hostlock.Tests.Support;

/// <summary>Bytes that come once, a few at a time, as from a slow server.</summary>
sealed class TrickleStream(byte[] bytes) : ForwardStream
{
    int _at;

    public override int Read(Span<byte> buffer)
    {
        var read = Math.Min(Math.Min(buffer.Length, 1 + _at % 700), bytes.Length - _at);
        bytes.AsSpan(_at, read).CopyTo(buffer);
        _at += read;
        return read;
    }
}
