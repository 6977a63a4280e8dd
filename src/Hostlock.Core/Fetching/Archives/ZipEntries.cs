using System.Buffers.Binary;
using System.IO.Compression;

namespace Hostlock.Fetching.Archives;

/// <summary>The members of a zip archive, in the order of its directory.</summary>
/// <remarks>
/// PKWARE APPNOTE.TXT 4.3.12 (the directory) and Info-ZIP's extended timestamp; libarchive for what Nix makes of it. The base library
/// inflates; of the directory it shows neither that timestamp nor who made an entry.
/// </remarks>
sealed class ZipEntries : ArchiveMembers, IDisposable
{
    const int DirectoryHeader = 46;
    const int MaximumDirectory = 256 * 1024 * 1024;
    const int MaximumTarget = 4096;
    const int Unix = 3;
    const ushort IsUtf8 = 0x800;

    readonly ZipArchive _archive;
    readonly byte[] _directory;
    int _at = -1, _offset;
    byte[] _name = [], _target = [];
    Stream? _contents;

    /// <param name="zip">The archive; it is read back and forth.</param>
    public ZipEntries(Stream zip)
    {
        _archive = new(zip, ZipArchiveMode.Read, leaveOpen: true);
        // The entries are read first: that finds the directory and judges it.
        var count = _archive.Entries.Count;
        _directory = count == 0 ? [] : ReadDirectory(zip);
    }

    public override ReadOnlySpan<byte> Name => _name;

    public override ReadOnlySpan<byte> Target => _target;

    public override bool Next()
    {
        _contents?.Dispose();
        _contents = null;
        if (++_at >= _archive.Entries.Count)
            return false;
        var header = _directory.AsSpan(_offset);
        if (header.Length < DirectoryHeader || !header.StartsWith("PK\u0001\u0002"u8))
            throw FetchException.BadArchive("its directory is damaged");
        var (name, extra, comment) = (Short(header, 28), Short(header, 30), Short(header, 32));
        _offset += DirectoryHeader + name + extra + comment;
        if (_offset > _directory.Length)
            throw FetchException.BadArchive("its directory is damaged");
        _name = header.Slice(DirectoryHeader, name).ToArray();
        // Nix has no characters for them in the locale it runs in.
        if ((Short(header, 8) & IsUtf8) != 0 && _name.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)127))
            throw FetchException.BadArchive("a zip archive with names that are not ASCII cannot be read; use the .tar.gz of the same tree");
        var mode = header[5] == Unix ? Short(header, 40) : 0;
        Kind = (mode & 0xF000) == 0xA000 ? MemberKind.Link : _name is [.., (byte)'/'] || (mode & 0xF000) == 0x4000 ? MemberKind.Folder : MemberKind.File;
        IsExecutable = (mode & 0x40) != 0;
        Modified = ExtendedTime(header.Slice(DirectoryHeader + name, extra)) ?? LocalTime(_archive.Entries[_at].LastWriteTime.DateTime);
        var entry = _archive.Entries[_at];
        Size = Kind == MemberKind.File ? entry.Length : 0;
        if (Kind == MemberKind.Link)
            _target = ReadTarget(entry);
        else if (Kind == MemberKind.File)
            _contents = entry.Open();
        return true;
    }

    public override int Read(Span<byte> buffer) => _contents?.Read(buffer) ?? 0;

    public void Dispose()
    {
        _contents?.Dispose();
        _archive.Dispose();
    }

    static byte[] ReadTarget(ZipArchiveEntry entry)
    {
        if (entry.Length > MaximumTarget)
            throw FetchException.ArchiveTooLarge("the target of a link", MaximumTarget);
        using var contents = entry.Open();
        var target = new byte[entry.Length];
        contents.ReadExactly(target);
        return target;
    }

    static long? ExtendedTime(ReadOnlySpan<byte> fields)
    {
        while (fields.Length >= 4)
        {
            var (id, length) = (Short(fields, 0), Short(fields, 2));
            if (length > fields.Length - 4)
                break;
            if (id == 0x5455 && length >= 5 && (fields[4] & 1) != 0)
                return BinaryPrimitives.ReadInt32LittleEndian(fields[5..]);
            fields = fields[(4 + length)..];
        }
        return null;
    }

    // The old field has the time of wherever the archive was made; libarchive takes it for the time here.
    static long LocalTime(DateTime time) =>
        new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Unspecified), TimeZoneInfo.Local.GetUtcOffset(time)).ToUnixTimeSeconds();

    // From the last end record on, backwards: what lies between the end of the members and it is the directory.
    static byte[] ReadDirectory(Stream zip)
    {
        const int endRecord = 22;
        var tail = new byte[Math.Min(zip.Length, endRecord + ushort.MaxValue)];
        zip.Position = zip.Length - tail.Length;
        zip.ReadExactly(tail);
        var at = tail.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        if (at < 0 || at + endRecord > tail.Length)
            throw FetchException.BadArchive("it has no directory");
        long size = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at + 12));
        long start = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at + 16));
        if (size == uint.MaxValue || start == uint.MaxValue)
            throw FetchException.BadArchive("it is a zip archive of more than 4 GiB; use the .tar.gz of the same tree");
        if (size > MaximumDirectory || start + size > zip.Length)
            throw FetchException.BadArchive("its directory is damaged");
        var directory = new byte[size];
        zip.Position = start;
        zip.ReadExactly(directory);
        return directory;
    }

    static ushort Short(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
}
