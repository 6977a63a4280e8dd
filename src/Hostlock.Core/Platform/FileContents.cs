using Microsoft.Win32.SafeHandles;

namespace Hostlock.Platform;

/// <summary>The contents of an open file, from its beginning to its end. The runtime's own stream would ask the system twice where it
/// stands before it reads.</summary>
/// <param name="file">The file, which is closed with the stream.</param>
/// <param name="path">Its path, for errors.</param>
/// <param name="length">The length that it had when it was opened, in bytes.</param>
sealed class FileContents(SafeFileHandle file, byte[] path, long length) : ForwardStream
{
    public override long Length => length;

    public override int Read(Span<byte> buffer) => UnixFiles.ReadPiece(file, buffer, path);

    protected override void Dispose(bool disposing)
    {
        file.Dispose();
        base.Dispose(disposing);
    }
}
