using System.Buffers.Binary;
using System.IO.Compression;
using Hostlock.Platform;
using ZstdSharp;

namespace Hostlock.Fetching.Compression;

/// <summary>
/// Decodes the codings that a server put around a body, asked for or not. A body that ends too early is an error, while curl takes the
/// bytes that came.
/// </summary>
/// <remarks>RFC 9110, 8.4; curl 8.22, lib/content_encoding.c: gzip, deflate, br and zstd, and at most five of them.</remarks>
static class ContentEncoding
{
    const int Most = 5;

    /// <summary>The decoded bytes.</summary>
    /// <param name="body">The bytes as they were sent.</param>
    /// <param name="headers">The values of all <c>Content-Encoding</c> headers, in their order.</param>
    /// <param name="shown">The address, for messages.</param>
    /// <exception cref="FetchException">There are too many codings. Reads throw it if a coding is unknown or the bytes do not match
    /// it.</exception>
    public static Stream Decoded(Stream body, IEnumerable<string> headers, string shown)
    {
        var names = headers.SelectMany(header => header.Split(',')).Select(name => name.Trim(' ', '\t').ToLowerInvariant())
            .Where(name => name is not ("" or "identity" or "none")).ToList();
        if (names.Count > Most)
            throw FetchException.BadAnswer(shown, $"it has more than {Most} content encodings");
        return names.AsEnumerable().Reverse().Aggregate(body, (coded, name) => new Layer(coded, name, shown));
    }

    /// <summary>Takes one coding off a body. An empty body is empty whatever the coding.</summary>
    sealed class Layer(Stream coded, string name, string shown) : ForwardStream
    {
        readonly PackedInput _input = new(coded);
        readonly Checksum _sum = Checksum.Crc32();
        DecompressedStream? _decoder;
        long _decoded;
        bool _isGzip, _isDone;

        public override int Read(Span<byte> buffer)
        {
            if (_isDone || buffer.IsEmpty || (_decoder is null && _input.Peek(2).IsEmpty))
                return 0;
            _decoder ??= new(_input, Opening(_input.Peek(2)), _ => Damaged());
            var read = _decoder.Read(buffer);
            _decoded += read;
            _input.Allow(_decoded);
            if (_isGzip)
                _sum.Append(buffer[..read]);
            if (read > 0)
                return read;
            _isDone = true;
            if (_isGzip && !IsOneMember())
                throw Damaged();
            return 0;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _decoder?.Dispose();
                coded.Dispose();
            }
            base.Dispose(disposing);
        }

        // Like curl, this accepts zlib's format as gzip, and bare deflate as zlib's format, because some servers send them.
        Func<Stream, Stream> Opening(ReadOnlySpan<byte> head)
        {
            switch (name)
            {
                case "gzip" or "x-gzip" when head is [0x1f, 0x8b]:
                    _isGzip = true;
                    return body => new GZipStream(body, CompressionMode.Decompress);
                case "gzip" or "x-gzip":
                    return body => new ZLibStream(body, CompressionMode.Decompress);
                case "deflate" when head is [var method, var flags] && (method & 15) == 8 && (method * 256 + flags) % 31 == 0:
                    return body => new ZLibStream(body, CompressionMode.Decompress);
                case "deflate":
                    return body => new DeflateStream(body, CompressionMode.Decompress);
                case "br":
                    return body => new BrotliStream(body, CompressionMode.Decompress);
                case "zstd":
                    return body => new DecompressionStream(body);
                default:
                    throw FetchException.BadAnswer(shown, $"it has the unknown content encoding '{name}'");
            }
        }

        bool IsOneMember() =>
            _input.Peek(1).IsEmpty && _input.Last.Length == 8
            && BinaryPrimitives.ReadUInt32LittleEndian(_input.Last) == _sum.Value
            && BinaryPrimitives.ReadUInt32LittleEndian(_input.Last[4..]) == (uint)_decoded;

        FetchException Damaged() => FetchException.BadAnswer(shown, $"its content encoding '{name}' is damaged");
    }
}
