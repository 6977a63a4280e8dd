using Hostlock.Platform;

namespace Hostlock.Fetching.Git;

/// <summary>Reads one blob from git's answer. Closing the stream skips the rest of the blob, and the line feed after it.</summary>
sealed class GitBlobStream : ForwardStream
{
    readonly GitObjects _objects;
    long _left;

    /// <summary>Begins to read a blob.</summary>
    /// <param name="objects">The process whose next bytes are the blob.</param>
    /// <param name="size">The size of the blob in bytes.</param>
    public GitBlobStream(GitObjects objects, long size) => (_objects, Length, _left) = (objects, size, size);

    public override long Length { get; }

    public override int Read(Span<byte> buffer)
    {
        if (_left <= 0 || buffer.IsEmpty)
            return 0;
        var read = _objects.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        _left -= read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _left >= 0)
        {
            _objects.Skip(_left);
            _left = -1;
        }
        base.Dispose(disposing);
    }
}
