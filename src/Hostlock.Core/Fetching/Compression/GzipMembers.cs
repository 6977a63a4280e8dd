using System.Buffers.Binary;
using System.IO.Compression;
using Hostlock.Platform;

namespace Hostlock.Fetching.Compression;

/// <summary>
/// The members of a gzip file one after the other, as libarchive reads them: sizes and checksums are not verified, and the file ends at the
/// first bytes that do not begin a member. The base library verifies some of them, depending on how its input is cut into pieces.
/// </summary>
/// <remarks>
/// RFC 1952; libarchive, archive_read_support_filter_gzip.c. The base library does not say where compressed data ends, so each member is
/// inflated twice: the first time to find the piece in which it ends, the second time with that piece given byte by byte.
/// </remarks>
/// <param name="packed">The file, which can be read back and forth.</param>
/// <param name="most">The most bytes of a member that are inflated to find its end.</param>
/// <param name="isOwned">True if the file is closed with this stream.</param>
sealed class GzipMembers(Stream packed, long most, bool isOwned) : ForwardStream
{
    const int MaximumHeader = 1024 * 1024;
    const int MaximumMembers = 1_000_000;
    const int Trailer = 8;

    readonly byte[] _scratch = GC.AllocateUninitializedArray<byte>(64 * 1024);
    long _next;
    int _count;
    Pieces? _pieces;
    DecompressedStream? _member;

    public override int Read(Span<byte> buffer)
    {
        while (_member is not null || Open())
        {
            if (_member!.Read(buffer) is > 0 and var read)
                return read;
            _member.Dispose();
            _member = null;
            _next = _pieces!.At + Trailer;
            if (_next > packed.Length)
                throw FetchException.BadArchive("it ends in the middle of its gzip trailer");
        }
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _member?.Dispose();
            if (isOwned)
                packed.Dispose();
        }
        base.Dispose(disposing);
    }

    bool Open()
    {
        if (HeaderLength() is not (> 0 and var header))
            return _count > 0 ? false : throw FetchException.BadArchive("it is no gzip file");
        if (++_count > MaximumMembers)
            throw FetchException.ArchiveTooLarge("the number of gzip members", MaximumMembers);
        var start = _next + header;
        _pieces = new(packed, start, LastPiece(start));
        _member = Member(_pieces);
        return true;
    }

    static DecompressedStream Member(Pieces pieces) =>
        DecompressedStream.OfArchive(pieces, source => new DeflateStream(source, CompressionMode.Decompress, leaveOpen: true));

    // An archive can end long before its member does. A reader is stopped once it comes to the damage or the bound.
    long LastPiece(long start)
    {
        var pieces = new Pieces(packed, start, long.MaxValue);
        using var member = Member(pieces);
        long inflated = 0;
        try
        {
            while (member.Read(_scratch) is > 0 and var read)
            {
                if ((inflated += read) > most)
                    return long.MaxValue;
            }
        }
        catch (FetchException)
        {
            return long.MaxValue;
        }
        return pieces.LastStart;
    }

    // The length of a member's header in bytes; 0 if no member begins here.
    int HeaderLength()
    {
        packed.Position = _next;
        var head = new byte[(int)Math.Min(MaximumHeader, packed.Length - _next)];
        var fixedPart = Math.Min(head.Length, 10);
        packed.ReadExactly(head, 0, fixedPart);
        if (fixedPart < 10 || !head.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b, 8]) || (head[3] & 0xe0) != 0)
            return 0;
        var flags = head[3];
        if ((flags & 0x1e) == 0)
            return fixedPart;
        packed.ReadExactly(head, fixedPart, head.Length - fixedPart);
        var at = fixedPart;
        if ((flags & 4) != 0)
            at += at + 2 <= head.Length ? 2 + BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(at)) : head.Length;
        foreach (var text in (ReadOnlySpan<int>)[8, 16])
        {
            if ((flags & text) == 0 || at >= head.Length)
                continue;
            var end = head.AsSpan(at).IndexOf((byte)0);
            at = end < 0 ? head.Length : at + end + 1;
        }
        at += (flags & 2) != 0 ? 2 : 0;
        return at < head.Length ? at : 0;
    }

    /// <summary>A part of the file in pieces, and from an offset on in single bytes.</summary>
    sealed class Pieces(Stream packed, long start, long singly) : ForwardStream
    {
        const int Room = 8 * 1024;

        // The file is not asked for each single byte.
        byte[]? _bytes;
        long _bytesStart;
        int _bytesRead;

        /// <summary>The offset of the next piece.</summary>
        public long At { get; private set; } = start;

        /// <summary>The offset of the last piece that was not empty.</summary>
        public long LastStart { get; private set; } = start;

        public override int Read(Span<byte> buffer)
        {
            var read = At < singly ? ReadAt(buffer[..(int)Math.Min(buffer.Length, singly - At)]) : ReadOne(buffer);
            if (read > 0)
                LastStart = At;
            At += read;
            return read;
        }

        int ReadAt(Span<byte> buffer)
        {
            packed.Position = At;
            return packed.Read(buffer);
        }

        int ReadOne(Span<byte> buffer)
        {
            if (_bytes is null || At >= _bytesStart + _bytesRead)
                (_bytesStart, _bytesRead) = (At, ReadAt(_bytes ??= new byte[Room]));
            if (buffer.IsEmpty || _bytesRead == 0)
                return 0;
            buffer[0] = _bytes[At - _bytesStart];
            return 1;
        }
    }
}
