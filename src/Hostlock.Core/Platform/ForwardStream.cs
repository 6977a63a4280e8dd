using System.Buffers;

namespace Hostlock.Platform;

/// <summary>A stream that can only be read, from its beginning to its end. A derived class gives the next piece.</summary>
abstract class ForwardStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public abstract override int Read(Span<byte> buffer);

    /// <summary>Reads the next piece as <see cref="Stream.ReadAsync(Memory{byte}, CancellationToken)"/> does, and waits for it.</summary>
    /// <param name="buffer">Gets the piece.</param>
    /// <param name="stop">Stops the reading.</param>
    protected int ReadAndWait(Span<byte> buffer, CancellationToken stop)
    {
        // Unpacking reads on a thread of its own, so this may block.
        var piece = ArrayPool<byte>.Shared.Rent(buffer.Length);
        try
        {
            var read = ReadAsync(piece.AsMemory(0, buffer.Length), stop).AsTask().GetAwaiter().GetResult();
            piece.AsSpan(0, read).CopyTo(buffer);
            return read;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
