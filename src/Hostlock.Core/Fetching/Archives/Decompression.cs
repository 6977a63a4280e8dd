using System.IO.Compression;
using Hostlock.Platform;
using SharpCompress.Compressors.Xz;
using ZstdSharp;

namespace Hostlock.Fetching.Archives;

/// <summary>What lies beneath the compression of an archive.</summary>
/// <param name="Stream">Its bytes.</param>
/// <param name="IsZip">True for a zip archive, which compresses member by member.</param>
readonly record struct OpenedArchive(Stream Stream, bool IsZip) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}

/// <summary>A compressed stream as what was compressed, told by its first bytes and not by a name.</summary>
static class Decompression
{
    const int HeadBytes = 13;

    // What is compressed may have been compressed before.
    const int MaximumLayers = 4;

    // Else the base library takes the end of a file for the end of what was compressed.
    static Decompression() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);

    /// <summary>Opens an archive; what is not compressed comes through as it is.</summary>
    public static async Task<OpenedArchive> OpenAsync(Stream body, CancellationToken cancellationToken)
    {
        for (var layers = 0; layers < MaximumLayers; layers++)
        {
            var head = new byte[HeadBytes];
            var read = await body.ReadAtLeastAsync(head, HeadBytes, throwOnEndOfStream: false, cancellationToken);
            var whole = new Prefixed(head.AsMemory(0, read), body);
            if (Inflated(head, whole) is not { } inflated)
                return new(whole, head.AsSpan().StartsWith("PK\u0003\u0004"u8));
            body = inflated;
        }
        throw FetchException.BadArchive($"it is compressed more than {MaximumLayers - 1} times");
    }

    static Stream? Inflated(byte[] head, Stream whole) => head switch
    {
        [0x1f, 0x8b, ..] => new GZipStream(whole, CompressionMode.Decompress),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => new DecompressionStream(whole),
        [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => new XZStream(whole),
        [(byte)'B', (byte)'Z', (byte)'h', ..] => SharpCompress.Compressors.BZip2.BZip2Stream.Create(whole, SharpCompress.Compressors.CompressionMode.Decompress, decompressConcatenated: true),
        [0x5d, 0, 0, ..] => Lzma(whole),
        _ => null,
    };

    // The old format of xz: five bytes of properties and the size, of which all ones stands for not known.
    static SharpCompress.Compressors.LZMA.LzmaStream Lzma(Stream whole)
    {
        var header = new byte[HeadBytes];
        whole.ReadExactly(header);
        return SharpCompress.Compressors.LZMA.LzmaStream.Create(header[..5], whole, inputSize: -1, outputSize: BitConverter.ToInt64(header, 5));
    }

    /// <summary>A stream whose first bytes were read already.</summary>
    sealed class Prefixed(ReadOnlyMemory<byte> head, Stream rest) : ForwardStream
    {
        ReadOnlyMemory<byte> _head = head;
        long _position;

        /// <summary>The xz reader aligns its blocks by it.</summary>
        public override long Position
        {
            get => _position;
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            int taken;
            if (_head.IsEmpty)
            {
                taken = rest.Read(buffer);
            }
            else
            {
                taken = Math.Min(buffer.Length, _head.Length);
                _head.Span[..taken].CopyTo(buffer);
                _head = _head[taken..];
            }
            _position += taken;
            return taken;
        }
    }
}
