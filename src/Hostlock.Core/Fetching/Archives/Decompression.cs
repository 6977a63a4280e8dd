using System.Buffers.Binary;
using System.IO.Compression;
using Hostlock.Fetching.Compression;
using Hostlock.Platform;
using SharpCompress.Compressors.LZMA;
using ZstdSharp;

namespace Hostlock.Fetching.Archives;

/// <summary>An archive without its compression.</summary>
/// <param name="Stream">The bytes.</param>
/// <param name="IsZip">True for a zip archive, which compresses member by member.</param>
/// <param name="IsCompressed">True if the archive was compressed.</param>
/// <param name="PieceBytes">The number of bytes that libarchive inflates at a time.</param>
readonly record struct OpenedArchive(Stream Stream, bool IsZip, bool IsCompressed, int PieceBytes) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}

/// <summary>Says that one pass cannot tell how Nix reads an archive, so that the archive has to be read back and forth.</summary>
sealed class OnePassException(string message) : Exception(message);

/// <summary>Inflates archives. The first bytes tell the compression; a name does not matter.</summary>
static class Decompression
{
    const int HeadBytes = 13;

    // What libarchive's filters inflate at a time (archive_read_support_filter_*.c); ZSTD_DStreamOutSize for zstd.
    const int PieceBytes = 64 * 1024, ZstdPieceBytes = 128 * 1024;

    // A compressed file may have been compressed before.
    const int MaximumLayers = 4;

    /// <summary>Opens an archive that can be read only once. Bytes that are not compressed come through unchanged.</summary>
    /// <exception cref="OnePassException">The archive has to be read back and forth; reads throw it too.</exception>
    public static Task<OpenedArchive> OpenAsync(Stream body, Unpacking how, CancellationToken cancellationToken) =>
        OpenAsync(body, how, (_, input) => new Inflated(OneMember(input), input, how.Bounds, IsOneMember), cancellationToken);

    /// <summary>Opens an archive that can be read back and forth. Bytes that are not compressed come through unchanged.</summary>
    public static Task<OpenedArchive> OpenAgainAsync(Stream body, Unpacking how, CancellationToken cancellationToken) =>
        OpenAsync(body, how, (seekable, input) => new Inflated(Members(seekable, input, how), input, how.Bounds), cancellationToken);

    static async Task<OpenedArchive> OpenAsync(
        Stream body, Unpacking how, Func<Stream, PackedInput, Inflated> gzip, CancellationToken cancellationToken)
    {
        var pieceBytes = PieceBytes;
        for (var layers = 0; layers < MaximumLayers; layers++)
        {
            var input = new PackedInput(body);
            await input.FillAsync(HeadBytes, cancellationToken);
            if (Inflate(body, input, how, gzip) is not { } inflated)
            {
                var head = input.Peek(4);
                return new(
                    new Plain(input),
                    head.SequenceEqual("PK\u0003\u0004"u8) || head.SequenceEqual("PK\u0005\u0006"u8),
                    layers > 0,
                    pieceBytes);
            }
            pieceBytes = inflated.PieceBytes;
            body = inflated;
        }
        throw FetchException.BadArchive($"it is compressed more than {MaximumLayers - 1} times");
    }

    static Inflated? Inflate(Stream body, PackedInput input, Unpacking how, Func<Stream, PackedInput, Inflated> gzip)
    {
        var head = input.Peek(HeadBytes);
        return head switch
        {
            [0x1f, 0x8b, ..] => gzip(body, input),
            // The second is a frame that is skipped.
            [0x28, 0xb5, 0x2f, 0xfd, ..] or [>= 0x50 and <= 0x5f, 0x2a, 0x4d, 0x18, ..] =>
                new Inflated(DecompressedStream.OfArchive(input, packed => new DecompressionStream(packed)), input, how.Bounds)
                {
                    PieceBytes = ZstdPieceBytes,
                },
            [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => new Inflated(new XzStream(input), input, how.Bounds),
            [0x5d, 0, 0, ..] => new Inflated(Lzma(input), input, how.Bounds, IsWhole),
            _ => BzipMembers.Begins(head) ? new Inflated(new BzipMembers(input), input, how.Bounds) : null,
        };
    }

    // The base library refuses some files that Nix reads, so a file that it refuses is read again, member by member.
    static DecompressedStream OneMember(PackedInput input) =>
        new(input, packed => new GZipStream(packed, CompressionMode.Decompress), message => new OnePassException(message));

    // The old format of xz: properties, then the size; a size of all ones means unknown.
    static DecompressedStream Lzma(PackedInput input)
    {
        var header = input.Take(HeadBytes);
        var properties = header[..LzmaWindow.PropertyBytes];
        LzmaWindow.Check(properties, "its lzma file");
        var size = BitConverter.ToInt64(header, LzmaWindow.PropertyBytes);
        return DecompressedStream.OfArchive(input, packed => LzmaStream.Create(properties, packed, inputSize: -1, outputSize: size));
    }

    // The decoder reads missing bytes as zeros.
    static void IsWhole(PackedInput input, long inflated)
    {
        if (input.HasEnded)
            throw FetchException.BadArchive("it ends in the middle of its lzma file");
    }

    // If the file has one member, its last bytes are that member's size. Otherwise the file is read again, member by member.
    static void IsOneMember(PackedInput input, long inflated)
    {
        if (!input.Peek(1).IsEmpty || input.Last.Length < 8 || BinaryPrimitives.ReadUInt32LittleEndian(input.Last[4..]) != (uint)inflated)
            throw new OnePassException("the end of a gzip file is not that of its only member");
    }

    static GzipMembers Members(Stream body, PackedInput input, Unpacking how)
    {
        if (body.CanSeek)
            return new(body, how.Bounds.Inflated, isOwned: false);
        var copy = TemporaryFile.Create(how.Folder);
        how.Bounds.OfUnpacked(new Plain(input)).CopyTo(copy);
        return new(copy, how.Bounds.Inflated, isOwned: true);
    }

    /// <summary>Bytes that were not compressed.</summary>
    sealed class Plain(PackedInput input) : ForwardStream
    {
        long _passed;

        public override int Read(Span<byte> buffer)
        {
            input.Allow(_passed + buffer.Length);
            var read = input.Read(buffer);
            _passed += read;
            return read;
        }
    }

    /// <summary>The output of a decompressor, counted.</summary>
    /// <param name="decoder">The decompressor.</param>
    /// <param name="input">The input of the decompressor.</param>
    /// <param name="bounds">The bounds of the archive.</param>
    /// <param name="atEnd">Checks the input once everything is inflated; gets the number of inflated bytes.</param>
    sealed class Inflated(Stream decoder, PackedInput input, ArchiveBounds bounds, Action<PackedInput, long>? atEnd = null) : ForwardStream
    {
        long _inflated;
        bool _isDone;

        /// <summary>The number of bytes that libarchive inflates at a time.</summary>
        public int PieceBytes { get; init; } = Decompression.PieceBytes;

        public override int Read(Span<byte> buffer)
        {
            if (_isDone || buffer.IsEmpty)
                return 0;
            var read = decoder.Read(buffer);
            _inflated += read;
            if (_inflated > bounds.Inflated)
                throw FetchException.ArchiveTooLarge("its size in bytes", bounds.Inflated);
            input.Allow(_inflated);
            if (read == 0)
            {
                _isDone = true;
                atEnd?.Invoke(input, _inflated);
            }
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                decoder.Dispose();
            base.Dispose(disposing);
        }
    }
}
