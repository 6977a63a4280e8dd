using Hostlock.Platform;
using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;

namespace Hostlock.Fetching.Compression;

/// <summary>The streams of a bzip2 file one after the other. The file ends at the first bytes that do not begin a stream.</summary>
/// <remarks>libarchive, archive_read_support_filter_bzip2.c, bzip2_reader_bid.</remarks>
sealed class BzipMembers(PackedInput packed) : ForwardStream
{
    const int Head = 10;

    DecompressedStream? _member;

    /// <summary>True if these bytes begin a bzip2 stream.</summary>
    public static bool Begins(ReadOnlySpan<byte> head) =>
        head.Length >= Head && head.StartsWith("BZh"u8) && head[3] is >= (byte)'1' and <= (byte)'9'
        && (head[4..Head].SequenceEqual((ReadOnlySpan<byte>)[0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
            || head[4..Head].SequenceEqual((ReadOnlySpan<byte>)[0x17, 0x72, 0x45, 0x38, 0x50, 0x90]));

    public override int Read(Span<byte> buffer)
    {
        while (_member is not null || Begins(packed.Peek(Head)))
        {
            _member ??= DecompressedStream.OfArchive(
                packed,
                source => BZip2Stream.Create(source, CompressionMode.Decompress, decompressConcatenated: false, leaveOpen: true));
            if (_member.Read(buffer) is > 0 and var read)
                return read;
            _member.Dispose();
            _member = null;
        }
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _member?.Dispose();
        base.Dispose(disposing);
    }
}
