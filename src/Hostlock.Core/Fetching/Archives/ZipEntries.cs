using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Hostlock.Fetching.Compression;
using Hostlock.Platform;
using SharpCompress.Compressors.LZMA;
using ZstdSharp;

namespace Hostlock.Fetching.Archives;

/// <summary>
/// The members of a zip archive, in the order of their contents. The directory gives their offsets, modes and links; the header in front of
/// each member's contents gives the rest.
/// </summary>
/// <remarks>
/// PKWARE APPNOTE.TXT, 4.3, whose sections are named below, and libarchive, archive_read_support_format_zip.c, for how Nix reads it. The
/// base library verifies no checksum, and reads a directory of any size into memory.
/// </remarks>
sealed class ZipEntries : ArchiveMembers, IDisposable
{
    const int DirectoryHeader = 46;
    const int LocalHeader = 30;
    const int EndRecord = 22;
    const int EndRecord64 = 56;
    const int Locator64 = 20;
    const int Tail = 16 * 1024;
    const int MaximumDirectory = 256 * 1024 * 1024;
    const int MaximumTarget = 64 * 1024;
    const int Unix = 3;
    const int IsEncrypted = 0x41;
    const int IsUtf8 = 0x800;
    const int TypeMask = 0xF000;
    const int PipeType = 0x1000;
    const int FolderType = 0x4000;
    const int RegularFile = 0x8000;
    const int SymbolicLink = 0xA000;

    /// <summary>A member as the directory describes it.</summary>
    readonly record struct Place(long Offset, uint Sum, long Packed, long Size, int Mode);

    readonly Stream _zip;
    readonly List<Place> _places = [];
    readonly bool _hasModes;
    int _at = -1;
    byte[] _name = [], _target = [];
    Stream? _contents;

    /// <summary>Reads the directory of an archive.</summary>
    /// <param name="zip">The archive, which can be read back and forth.</param>
    /// <param name="bounds">The bounds of the archive.</param>
    /// <param name="hasModes">If false, modes and links are ignored, as by a reader that does not read the directory.</param>
    /// <exception cref="FetchException">The archive has no directory, or too many members.</exception>
    public ZipEntries(Stream zip, ArchiveBounds bounds, bool hasModes)
    {
        (_zip, _hasModes) = (zip, hasModes);
        ReadDirectory(bounds);
        CollectionsMarshal.AsSpan(_places).Sort((one, other) => one.Offset.CompareTo(other.Offset));
    }

    public override ReadOnlySpan<byte> Name => _name;

    public override ReadOnlySpan<byte> Target => _target;

    /// <summary>Tells whether a file has the end of a zip archive.</summary>
    public static bool Has(Stream file) => End(file) is not null;

    public override bool Next()
    {
        _contents?.Dispose();
        _contents = null;
        // If two members have one offset, only the first counts.
        do
        {
            if (++_at >= _places.Count)
                return false;
        }
        while (_at > 0 && _places[_at].Offset == _places[_at - 1].Offset);
        ReadMember(_places[_at]);
        return true;
    }

    public override int Read(Span<byte> buffer) => _contents?.Read(buffer) ?? 0;

    public void Dispose() => _contents?.Dispose();

    // 4.3.7; some fields are taken from the directory.
    void ReadMember(Place place)
    {
        var header = ReadAt(place.Offset, LocalHeader);
        if (!header.AsSpan().StartsWith("PK\u0003\u0004"u8))
            throw FetchException.BadArchive("a member is not where its directory says");
        var flags = Short(header, 6);
        var method = Short(header, 8);
        var names = ReadAt(place.Offset + LocalHeader, Short(header, 26) + Short(header, 28));
        _name = names[..Short(header, 26)];
        // Nix runs in a locale that has no such characters.
        if ((flags & IsUtf8) != 0 && _name.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)127))
            throw FetchException.BadArchive("a zip archive with names that are not ASCII cannot be read; use the .tar.gz of the same tree");
        if (header[5] == 0 && !_name.Contains((byte)'/'))
            _name.AsSpan().Replace((byte)'\\', (byte)'/');

        long packed = Word(header, 18), size = Word(header, 22);
        Modified = LocalTime(Word(header, 10));
        ReadExtra(names.AsSpan(_name.Length), ref packed, ref size, seconds => Modified = seconds);
        packed = packed is 0 or uint.MaxValue ? place.Packed : packed;
        size = size is 0 or uint.MaxValue ? place.Size : size;
        var sum = Word(header, 14) is > 0 and var own ? own : place.Sum;

        SetKind(place.Mode);
        var start = place.Offset + LocalHeader + names.Length;
        if ((flags & IsEncrypted) != 0 && Kind != MemberKind.Folder)
            throw FetchException.BadArchive("it is encrypted");
        if (Kind == MemberKind.Link)
            _target = ReadTarget(method, start, packed, size);
        // A member whose packed size is 0 has no contents.
        Size = Kind == MemberKind.File && packed > 0 ? size : 0;
        if (Kind == MemberKind.File && packed > 0)
            _contents = new Checked(Inflated(method, start, packed, size), size, sum);
    }

    void SetKind(int mode)
    {
        // If Info-ZIP read the contents from a pipe, it writes the mode of the pipe.
        if ((mode & TypeMask) == PipeType)
            mode = (mode & ~TypeMask) | RegularFile;
        IsExecutable = (mode & 0x40) != 0;
        Kind = (mode & TypeMask) switch
        {
            FolderType => MemberKind.Folder,
            _ when _name is [.., (byte)'/'] => MemberKind.Folder,
            SymbolicLink => MemberKind.Link,
            0 or RegularFile => MemberKind.File,
            var other => throw FetchException.BadArchive($"a member has unsupported type {other}"),
        };
    }

    byte[] ReadTarget(int method, long start, long packed, long size)
    {
        if (packed > MaximumTarget)
            throw FetchException.ArchiveTooLarge("the target of a link in bytes", MaximumTarget);
        if (method is not (0 or 8 or 14))
            throw FetchException.BadArchive($"a link is compressed by method {method}");
        using var contents = Inflated(method, start, packed, size);
        var target = new byte[ArchiveBounds.Target + 1];
        target = target[..contents.ReadAtLeast(target, target.Length, throwOnEndOfStream: false)];
        var end = target.AsSpan().IndexOf((byte)0);
        return end < 0 ? target : target[..end];
    }

    Stream Inflated(int method, long start, long packed, long size)
    {
        var part = new Part(_zip, start, packed);
        var input = new PackedInput(part);
        switch (method)
        {
            case 0:
                return part;
            case 8:
                return new Whole(
                    DecompressedStream.OfArchive(part, source => new DeflateStream(source, CompressionMode.Decompress)),
                    () => part.IsRead);
            case 12:
                return new Whole(new BzipMembers(input), () => input.Peek(1).IsEmpty);
            case 14:
                // 5.8.8: a version, the number of bytes that follow, properties.
                var head = new byte[4 + LzmaWindow.PropertyBytes];
                if (part.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length)
                    throw FetchException.BadArchive("it ends in the middle of a member");
                var properties = head[4..];
                LzmaWindow.Check(properties, "a member");
                return DecompressedStream.OfArchive(
                    part, source => LzmaStream.Create(properties, source, inputSize: packed - head.Length, outputSize: size));
            case 93:
                return new Whole(DecompressedStream.OfArchive(part, source => new DecompressionStream(source)), () => part.IsRead);
            case 95:
                return new XzStream(input);
            default:
                throw FetchException.BadArchive($"a member is compressed by method {method}");
        }
    }

    // 4.3.12. The directory is read to its end, whatever number of members the end record gives.
    void ReadDirectory(ArchiveBounds bounds)
    {
        if (End(_zip) is not var (end, start, stated))
            throw FetchException.BadArchive("the zip archive has no directory");
        if (end - start > MaximumDirectory)
            throw FetchException.ArchiveTooLarge("the directory of its zip archive in bytes", MaximumDirectory);
        var bytes = ReadAt(start, (int)(end - start));
        var at = bytes.AsSpan().IndexOf("PK\u0001\u0002"u8);
        // Bytes in front of the archive shift all offsets in it.
        var moved = start + at - stated;
        while (at >= 0 && at < bytes.Length)
        {
            var header = bytes.AsSpan(at);
            if (header.StartsWith("PK\u0006\u0006"u8))
                return;
            if (header.Length < DirectoryHeader || !header.StartsWith("PK\u0001\u0002"u8))
                throw FetchException.BadArchive("its directory is damaged");
            if (_places.Count >= bounds.Members)
                throw FetchException.ArchiveTooLarge("the number of members", bounds.Members);
            var (name, extra, comment) = (Short(header, 28), Short(header, 30), Short(header, 32));
            if (header.Length < DirectoryHeader + name + extra + comment)
                throw FetchException.BadArchive("its directory is damaged");
            long packed = Word(header, 20), size = Word(header, 24);
            var offset = ReadExtra(header.Slice(DirectoryHeader + name, extra), ref packed, ref size, _ => { }, Word(header, 42));
            _places.Add(new(offset + moved, Word(header, 16), packed, size, _hasModes ? Mode(header[5], Word(header, 38)) : 0));
            at += DirectoryHeader + name + extra + comment;
        }
    }

    // The mode in the external attributes (4.4.15) depends on the system that made the archive; DOS knows folders alone.
    static int Mode(byte system, uint attributes) => system switch
    {
        Unix => (int)(attributes >> 16),
        0 => (attributes & 0x10) != 0 ? FolderType : RegularFile,
        _ => 0,
    };

    // 4.5: sizes and offsets of more than 32 bits, and times.
    static long ReadExtra(ReadOnlySpan<byte> fields, ref long packed, ref long size, Action<long> modified, long offset = 0)
    {
        while (fields.Length >= 4)
        {
            var (id, length) = (Short(fields, 0), Short(fields, 2));
            if (length > fields.Length - 4)
                throw FetchException.BadArchive("a member has damaged fields");
            var field = fields.Slice(4, length);
            fields = fields[(4 + length)..];
            switch (id)
            {
                case 1:
                    size = Large(size, ref field);
                    packed = Large(packed, ref field);
                    offset = Large(offset, ref field);
                    break;
                case 0x5455 when field.Length >= 5 && (field[0] & 1) != 0:
                    modified(BinaryPrimitives.ReadInt32LittleEndian(field[1..]));
                    break;
                case 0x000d when field.Length >= 12:
                case 0x5855 when field.Length >= 8:
                    modified(BinaryPrimitives.ReadInt32LittleEndian(field[4..]));
                    break;
                default:
                    break;
            }
        }
        return offset;
    }

    static long Large(long value, ref ReadOnlySpan<byte> field)
    {
        if (value != uint.MaxValue)
            return value;
        var large = field.Length >= 8 ? BinaryPrimitives.ReadInt64LittleEndian(field) : -1;
        field = field.Length >= 8 ? field[8..] : field;
        return large >= 0 ? large : throw FetchException.BadArchive("a member has a damaged size");
    }

    // 4.4.6 is a local time of the machine that made the archive; libarchive reads it as a local time of this one.
    static long LocalTime(uint dos)
    {
        var (days, seconds) = ((int)(dos >> 16), (int)(dos & 0xffff));
        var (month, day) = ((days >> 5) & 15, days & 31);
        var time = new DateTime(1980 + (days >> 9), 1, 1).AddMonths(month - 1).AddDays(day - 1)
            .AddHours(seconds >> 11).AddMinutes((seconds >> 5) & 63).AddSeconds((seconds & 31) * 2);
        return new DateTimeOffset(time, TimeZoneInfo.Local.GetUtcOffset(time)).ToUnixTimeSeconds();
    }

    // The last end record (4.3.16, or 4.3.14 behind its locator): its offset, the real offset of its directory, and the offset of the
    // directory that it states.
    static (long At, long Directory, long Stated)? End(Stream zip)
    {
        var from = Math.Max(0, zip.Length - Tail);
        var tail = new byte[(int)(zip.Length - from)];
        zip.Position = from;
        zip.ReadExactly(tail);
        if (tail.Length < EndRecord)
            return null;
        var at = tail.AsSpan(0, tail.Length - EndRecord + 4).LastIndexOf("PK\u0005\u0006"u8);
        if (at < 0)
            return null;
        var record = tail.AsSpan(at);
        if (at >= Locator64 && tail.AsSpan(at - Locator64).StartsWith("PK\u0006\u0007"u8)
            && BinaryPrimitives.ReadInt64LittleEndian(tail.AsSpan(at - Locator64 + 8)) is >= 0 and var at64
            && at64 <= zip.Length - EndRecord64)
        {
            zip.Position = at64;
            var record64 = new byte[EndRecord64];
            zip.ReadExactly(record64);
            var start64 = BinaryPrimitives.ReadInt64LittleEndian(record64.AsSpan(48));
            return record64.AsSpan().StartsWith("PK\u0006\u0006"u8) && start64 >= 0 && start64 <= at64 ? (at64, start64, start64) : null;
        }
        long size = Word(record, 12), stated = Word(record, 16);
        return Short(record, 4) == 0 && Short(record, 6) == 0 && Short(record, 8) == Short(record, 10) && size + stated <= from + at
            ? (from + at, from + at - size, stated)
            : null;
    }

    byte[] ReadAt(long offset, int count)
    {
        if (offset < 0 || offset > _zip.Length - count)
            throw FetchException.BadArchive("a member is not where its directory says");
        _zip.Position = offset;
        var bytes = new byte[count];
        _zip.ReadExactly(bytes);
        return bytes;
    }

    static ushort Short(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    static uint Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    /// <summary>A part of the archive. Its last byte comes alone, which shows a decompressor that ends before the part does.</summary>
    sealed class Part(Stream zip, long start, long length) : ForwardStream
    {
        long _at;

        /// <summary>True if the whole part was read.</summary>
        public bool IsRead => _at == length;

        public override int Read(Span<byte> buffer)
        {
            var left = length - _at;
            zip.Position = start + _at;
            var read = zip.Read(buffer[..(int)Math.Min(buffer.Length, left > 1 ? left - 1 : left)]);
            if (read == 0 && left > 0 && !buffer.IsEmpty)
                throw FetchException.BadArchive("it ends in the middle of a member");
            _at += read;
            return read;
        }
    }

    /// <summary>Contents that are complete only if the decompressor has read the whole part.</summary>
    /// <param name="decoder">Inflates the part.</param>
    /// <param name="isRead">Tells whether the whole part was read.</param>
    sealed class Whole(Stream decoder, Func<bool> isRead) : ForwardStream
    {
        public override int Read(Span<byte> buffer)
        {
            var read = decoder.Read(buffer);
            return read > 0 || buffer.IsEmpty || isRead()
                ? read
                : throw FetchException.BadArchive("a member has fewer or more compressed bytes than it says");
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                decoder.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>Contents whose size and checksum are verified.</summary>
    sealed class Checked(Stream contents, long size, uint sum) : ForwardStream
    {
        readonly Checksum _sum = Checksum.Crc32();
        long _passed;

        public override int Read(Span<byte> buffer)
        {
            var read = contents.Read(buffer);
            _sum.Append(buffer[..read]);
            _passed += read;
            if (_passed > size || (read == 0 && !buffer.IsEmpty && _passed < size))
                throw FetchException.BadArchive("a member has fewer or more bytes than it says");
            if (_passed == size && _sum.Value != sum)
                throw FetchException.BadArchive("the CRC-32 of a member is wrong");
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                contents.Dispose();
            base.Dispose(disposing);
        }
    }
}
