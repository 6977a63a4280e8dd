using System.Buffers.Binary;
using Hostlock.Platform;
using SharpCompress.Compressors.Xz.Filters;

namespace Hostlock.Fetching.Compression;

/// <summary>
/// The contents of an xz file. Every check in it is verified, as Nix does: of headers, contents, index and footer. The library that
/// inflates reads only one stream and verifies few checks.
/// </summary>
/// <remarks>The .xz file format, version 1.2.1, whose sections are named below.</remarks>
sealed class XzStream(PackedInput packed) : ForwardStream
{
    const int HeaderBytes = 12;
    const int FooterBytes = 12;

    // The size of a check in bytes, by the id of the check (2.1.1.2).
    static ReadOnlySpan<byte> CheckBytes => [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

    byte[]? _flags;
    Block? _block;
    Sizes _blocks = new();
    bool _hasBegun;

    public override int Read(Span<byte> buffer)
    {
        while (_block is not null || OpenBlock())
        {
            if (_block!.Read(buffer) is > 0 and var read)
                return read;
            _blocks.Add(_block.End());
            _block = null;
        }
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        _blocks.Dispose();
        base.Dispose(disposing);
    }

    bool OpenBlock()
    {
        while (true)
        {
            if (_flags is null && !OpenStream())
                return false;
            if (Next() != 0)
            {
                _block = new(packed, _flags![1] & 15);
                return true;
            }
            CloseStream();
        }
    }

    // 2.1.1, after 2.2.
    bool OpenStream()
    {
        var padding = 0;
        while (packed.Peek(1) is [0])
        {
            _ = packed.ReadByte();
            padding++;
        }
        if (padding % 4 != 0)
            throw Damaged("stream padding");
        if (packed.Peek(1).IsEmpty && _hasBegun)
            return false;
        var header = packed.Take(HeaderBytes);
        if (!header.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0])
            || header[6] != 0 || header[7] > 15 || Checksum.Crc32(header.AsSpan(6, 2)) != Word(header, 8))
            throw Damaged("stream header");
        (_flags, _blocks, _hasBegun) = ([header[6], header[7]], new(), true);
        return true;
    }

    // 4 and 2.1.2.
    void CloseStream()
    {
        var sum = Checksum.Crc32();
        var start = packed.Passed;
        _ = Number.Byte(packed, sum);
        var count = Number.Read(packed, sum);
        if (count != _blocks.Count)
            throw Damaged("index");
        using var records = new Sizes();
        for (ulong i = 0; i < count; i++)
            records.Add((Number.Read(packed, sum), Number.Read(packed, sum)));
        while ((packed.Passed - start) % 4 != 0)
        {
            if (Number.Byte(packed, sum) != 0)
                throw Damaged("index");
        }
        var size = packed.Passed - start + 4;
        if (!records.AreThose(_blocks) || Word(packed.Take(4), 0) != sum.Value)
            throw Damaged("index");

        var footer = packed.Take(FooterBytes);
        if (Word(footer, 0) != Checksum.Crc32(footer.AsSpan(4, 6)) || (Word(footer, 4) + 1L) * 4 != size
            || !footer.AsSpan(8, 2).SequenceEqual(_flags) || !footer.AsSpan(10).SequenceEqual("YZ"u8))
            throw Damaged("footer");
        _flags = null;
    }

    byte Next() => packed.Peek(1) is [var next] ? next : throw Damaged("end");

    static uint Word(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    static FetchException Damaged(string part) => FetchException.BadArchive($"the {part} of its xz file is damaged");

    /// <summary>One block (3).</summary>
    sealed class Block
    {
        readonly PackedInput _packed;
        readonly int _headerBytes, _check;
        readonly ulong? _statedPacked, _statedSize;
        readonly long _start;
        readonly DecompressedStream _contents;
        readonly Checksum? _sum;
        readonly ByteDigest? _digest;
        ulong _size;

        /// <summary>Reads the header of a block.</summary>
        public Block(PackedInput packed, int check)
        {
            (_packed, _check) = (packed, check);
            _headerBytes = (packed.Peek(1)[0] + 1) * 4;
            var header = packed.Take(_headerBytes);
            if (Word(header, _headerBytes - 4) != Checksum.Crc32(header.AsSpan(0, _headerBytes - 4)) || (header[1] & 0x3c) != 0)
                throw Damaged("block header");
            using var rest = new MemoryStream(header, 2, _headerBytes - 6);
            _statedPacked = (header[1] & 0x40) != 0 ? Number.Read(rest, null) : null;
            _statedSize = (header[1] & 0x80) != 0 ? Number.Read(rest, null) : null;
            var filters = new List<(BlockFilter Filter, byte[] Properties)>();
            for (var i = 0; i <= (header[1] & 3); i++)
                filters.Add(Filter(Number.Read(rest, null), rest));
            while (rest.ReadByte() is >= 0 and var padding)
            {
                if (padding != 0)
                    throw Damaged("block header");
            }
            if (filters[^1].Filter is not Lzma2Filter || filters.SkipLast(1).Any(each => each.Filter is Lzma2Filter))
                throw Damaged("block header");
            _start = packed.Passed;
            _contents = DecompressedStream.OfArchive(packed, source => filters.AsEnumerable().Reverse().Aggregate(source, Over));
            _sum = check switch { 1 => Checksum.Crc32(), 4 => Checksum.Crc64(), _ => null };
            _digest = check == 10 ? new(ByteDigest.Kind.Sha256) : null;
        }

        /// <summary>Reads a piece of the contents; returns the number of bytes, 0 at the end.</summary>
        public int Read(Span<byte> buffer)
        {
            var read = _contents.Read(buffer);
            _size += (ulong)read;
            _sum?.Append(buffer[..read]);
            _digest?.Append(buffer[..read]);
            return read;
        }

        /// <summary>Verifies the bytes after the contents, and returns the sizes that the index must give for the block.</summary>
        public (ulong Unpadded, ulong Size) End()
        {
            var packed = (ulong)(_packed.Passed - _start);
            if ((_statedPacked ?? packed) != packed || (_statedSize ?? _size) != _size)
                throw Damaged("block");
            for (var at = packed; at % 4 != 0; at++)
            {
                if (_packed.Take(1) is not [0])
                    throw Damaged("block");
            }
            var check = _packed.Take(CheckBytes[_check]);
            var isRight = _check switch
            {
                1 => Word(check, 0) == _sum!.Value,
                4 => BinaryPrimitives.ReadUInt64LittleEndian(check) == _sum!.Value,
                10 => _digest!.Finish().AsSpan().SequenceEqual(check),
                _ => true, // liblzma does not know other kinds of checks either
            };
            _digest?.Dispose();
            return isRight ? ((ulong)_headerBytes + packed + (ulong)check.Length, _size) : throw Damaged("contents");
        }

        static Stream Over(Stream below, (BlockFilter Filter, byte[] Properties) each)
        {
            each.Filter.Init(each.Properties);
            each.Filter.ValidateFilter();
            each.Filter.SetBaseStream(below);
            return each.Filter;
        }

        static (BlockFilter, byte[]) Filter(ulong id, MemoryStream header)
        {
            var properties = new byte[Math.Min(Number.Read(header, null), 64)];
            if (header.ReadAtLeast(properties, properties.Length, throwOnEndOfStream: false) < properties.Length)
                throw Damaged("block header");
            BlockFilter filter = id switch
            {
                0x04 => new X86Filter(),
                0x05 => new PowerPCFilter(),
                0x07 => new ArmFilter(),
                0x08 => new ArmThumbFilter(),
                0x09 => new SparcFilter(),
                0x21 when properties is [<= 40] && LzmaWindow.Of(properties[0]) <= LzmaWindow.Most => new Lzma2Filter(),
                0x21 => throw FetchException.ArchiveTooLarge("the window of its xz file in bytes", LzmaWindow.Most),
                _ => throw FetchException.BadArchive($"its xz file has the filter {id}, which is not read here"),
            };
            return (filter, properties);
        }
    }

    /// <summary>The sizes of any number of blocks, kept as a hash so that they can be compared.</summary>
    sealed class Sizes : IDisposable
    {
        readonly ByteDigest _digest = new(ByteDigest.Kind.Sha256);

        /// <summary>The number of blocks.</summary>
        public ulong Count { get; private set; }

        /// <summary>Adds the sizes of a block.</summary>
        public void Add((ulong Unpadded, ulong Size) block)
        {
            Count++;
            Span<byte> bytes = stackalloc byte[16];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, block.Unpadded);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], block.Size);
            _digest.Append(bytes);
        }

        /// <summary>True if the other sizes are the same, in the same order. Neither can be used afterwards.</summary>
        public bool AreThose(Sizes others)
        {
            var same = _digest.Finish().AsSpan().SequenceEqual(others._digest.Finish());
            Dispose();
            others.Dispose();
            return same;
        }

        public void Dispose() => _digest.Dispose();
    }

    /// <summary>Reads numbers that are stored with seven bits in a byte (1.2).</summary>
    static class Number
    {
        /// <summary>Reads one byte, and appends it to a checksum if one is given.</summary>
        public static byte Byte(Stream stream, Checksum? sum)
        {
            var value = stream.ReadByte() is >= 0 and var read ? (byte)read : throw NoNumber();
            sum?.Append([value]);
            return value;
        }

        /// <summary>Reads one number, and appends its bytes to a checksum if one is given.</summary>
        public static ulong Read(Stream stream, Checksum? sum)
        {
            ulong number = 0;
            for (var shift = 0; shift < 63; shift += 7)
            {
                var next = Byte(stream, sum);
                number |= (ulong)(next & 0x7f) << shift;
                if ((next & 0x80) == 0)
                    return next == 0 && shift > 0 ? throw NoNumber() : number;
            }
            throw NoNumber();
        }

        static FetchException NoNumber() => FetchException.BadArchive("a number of its xz file is damaged");
    }
}
