using Hostlock.Platform;

namespace Hostlock.Fetching.Git;

/// <summary>One blob as it comes; what is left of it, and the line feed behind it, are read when it is closed.</summary>
sealed class GitBlobStream : ForwardStream
{
    readonly GitObjects _objects;
    long _left;

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
