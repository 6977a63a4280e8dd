using System.IO.Compression;
using Hostlock.Platform;
using SharpCompress.Compressors.Xz;
using ZstdSharp;

namespace Hostlock.Fetching;

/// <summary>A compressed stream as what was compressed, told by its first bytes and not by a name.</summary>
static class Decompression
{
    const int HeadBytes = 6;

    /// <summary>Opens the stream; what is not compressed comes through as it is.</summary>
    public static async Task<Stream> OpenAsync(Stream body, CancellationToken cancellationToken)
    {
        var head = new byte[HeadBytes];
        var read = await body.ReadAtLeastAsync(head, HeadBytes, throwOnEndOfStream: false, cancellationToken);
        var whole = new Prefixed(head.AsMemory(0, read), body);
        return head switch
        {
            [0x1f, 0x8b, ..] => new GZipStream(whole, CompressionMode.Decompress),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => new DecompressionStream(whole),
            [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0] => new XZStream(whole),
            [(byte)'B', (byte)'Z', (byte)'h', ..] => SharpCompress.Compressors.BZip2.BZip2Stream.Create(whole, SharpCompress.Compressors.CompressionMode.Decompress, decompressConcatenated: true),
            [(byte)'P', (byte)'K', 3, 4, ..] => throw FetchException.BadArchive("zip archives are not read yet; use the .tar.gz of the same tree"),
            _ => whole,
        };
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
