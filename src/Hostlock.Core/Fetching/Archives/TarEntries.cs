using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Hostlock.Fetching.Archives;

/// <summary>
/// The members of a tar archive one after the other: ustar, with the long names of GNU and pax. Names are bytes: the base library's reader
/// decodes them as text, and loses the names that are not text.
/// </summary>
sealed class TarEntries(Stream tar) : ArchiveMembers
{
    const int Block = 512;
    const int MaximumHeaderBytes = 1024 * 1024;

    readonly byte[] _header = new byte[Block];
    readonly byte[] _scratch = GC.AllocateUninitializedArray<byte>(64 * 1024);
    byte[] _name = new byte[256];
    byte[]? _longName, _longTarget;
    int _nameLength;
    long? _paxSize, _paxModified;
    long _left, _padding, _position;

    public override ReadOnlySpan<byte> Name => _name.AsSpan(0, _nameLength);

    public override ReadOnlySpan<byte> Target => _longTarget ?? Field(157, 100);

    public override bool Next()
    {
        (_longName, _longTarget, _paxSize, _paxModified) = (null, null, null, null);
        var extended = "";
        while (ReadHeader())
        {
            var type = (char)_header[156];
            var size = Number(124, 12);
            if (size < 0)
                throw FetchException.BadArchive("a member has a negative size");
            if (type is 'L' or 'K' or 'x' or 'g')
            {
                // Each extended header may come once before a member, as in libarchive; otherwise such headers could go on for ever.
                if (extended.Contains(type))
                    throw FetchException.BadArchive($"a member has two headers of type '{type}'");
                extended += type;
                ReadExtended(type, size);
                continue;
            }
            size = _paxSize ?? size;
            SetName();
            Kind = type switch
            {
                '0' or '\0' or '7' => Name is [.., (byte)'/'] ? MemberKind.Folder : MemberKind.File,
                '1' => MemberKind.HardLink,
                '2' => MemberKind.Link,
                '5' => MemberKind.Folder,
                _ => throw FetchException.BadArchive($"'{Encoding.UTF8.GetString(Name)}' has unsupported type '{type}'"),
            };
            if (Kind != MemberKind.File)
                Skip(Padded(size));
            else
                (_left, _padding) = (size, Padded(size) - size);
            Size = Kind == MemberKind.File ? size : 0;
            IsExecutable = (Number(100, 8) & 0x40) != 0;
            Modified = _paxModified ?? Number(136, 12);
            return true;
        }
        return false;
    }

    public override int Read(Span<byte> buffer)
    {
        if (_left == 0)
            return 0;
        var read = tar.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        if (read == 0)
            throw FetchException.BadArchive("it ends in the middle of a file");
        _left -= read;
        _position += read;
        return read;
    }

    /// <summary>
    /// Reads on to the end of the piece in which the archive ends, as libarchive has done by then. Damage in it is an error, and what comes
    /// behind it is not looked at.
    /// </summary>
    /// <param name="pieceBytes">The size of a piece.</param>
    public void ReadPiece(int pieceBytes)
    {
        var rest = (int)((pieceBytes - (_position % pieceBytes)) % pieceBytes);
        for (int read; rest > 0 && (read = tar.Read(_scratch.AsSpan(0, Math.Min(rest, _scratch.Length)))) > 0;)
            rest -= read;
    }

    bool ReadHeader()
    {
        Skip(_left + _padding);
        (_left, _padding) = (0, 0);
        var read = tar.ReadAtLeast(_header, Block, throwOnEndOfStream: false);
        _position += read;
        if (read == 0 || !_header.AsSpan(0, read).ContainsAnyExcept((byte)0))
            return false;
        if (read < Block)
            throw FetchException.BadArchive("it ends in the middle of a header");
        var sum = 8 * ' ';
        foreach (var each in _header.AsSpan(0, 148))
            sum += each;
        foreach (var each in _header.AsSpan(156))
            sum += each;
        return Number(148, 8) == sum ? true : throw FetchException.BadArchive("it is no tar archive, or damaged");
    }

    void SetName()
    {
        _nameLength = 0;
        if (_longName is not null)
        {
            Append(_longName);
            return;
        }
        var prefix = _header.AsSpan(257, 6).SequenceEqual("ustar\0"u8) ? Field(345, 155) : [];
        if (!prefix.IsEmpty)
        {
            Append(prefix);
            Append("/"u8);
        }
        Append(Field(0, 100));
    }

    void Append(ReadOnlySpan<byte> bytes)
    {
        if (_nameLength + bytes.Length > _name.Length)
            Array.Resize(ref _name, (_nameLength + bytes.Length) * 2);
        bytes.CopyTo(_name.AsSpan(_nameLength));
        _nameLength += bytes.Length;
    }

    ReadOnlySpan<byte> Field(int start, int length)
    {
        var field = _header.AsSpan(start, length);
        var end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }

    // Octal digits; or, if the first bit is set, a big-endian number in two's complement (GNU).
    long Number(int start, int length)
    {
        var field = _header.AsSpan(start, length);
        if ((field[0] & 0x80) != 0)
        {
            var value = BinaryPrimitives.ReadInt64BigEndian(field[^8..]);
            return length == 8 ? value << 8 >> 8 : value;
        }
        long number = 0;
        foreach (var c in field.TrimStart((byte)' '))
        {
            if (c is 0 or (byte)' ')
                break;
            if (c is < (byte)'0' or > (byte)'7')
                throw FetchException.BadArchive("a header has a malformed number");
            number = number * 8 + (c - '0');
        }
        return number;
    }

    // "LENGTH key=value\n"; the length includes its own digits.
    void ReadPax(ReadOnlySpan<byte> records)
    {
        while (!records.IsEmpty)
        {
            if (!Utf8Parser.TryParse(records, out int length, out var digits)
                || length <= digits + 1
                || length > records.Length
                || records[digits] != ' ')
                throw FetchException.BadArchive("an extended header is malformed");
            var record = records[(digits + 1)..length].TrimEnd((byte)'\n');
            records = records[length..];
            var equals = record.IndexOf((byte)'=');
            if (equals <= 0)
                continue;
            var value = record[(equals + 1)..];
            switch (record[..equals])
            {
                case var key when key.SequenceEqual("path"u8):
                    _longName = UpToZero(value);
                    break;
                case var key when key.SequenceEqual("linkpath"u8):
                    _longTarget = UpToZero(value);
                    break;
                case var key when key.SequenceEqual("size"u8):
                    _paxSize = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                        ? size
                        : throw FetchException.BadArchive($"'{Encoding.UTF8.GetString(value)}' is no size");
                    break;
                case var key when key.SequenceEqual("mtime"u8):
                    _paxModified = decimal.TryParse(
                        value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var time)
                        && Math.Abs(time) < long.MaxValue
                        ? (long)Math.Floor(time)
                        : 0;
                    break;
                default:
                    break;
            }
        }
    }

    // An extended header that is too long is skipped. So is a global one: it says nothing that matters here.
    void ReadExtended(char type, long size)
    {
        if (type == 'g' || size > MaximumHeaderBytes)
        {
            Skip(Padded(size));
            return;
        }
        var bytes = ReadBytes(size);
        if (type == 'x')
            ReadPax(bytes);
        else if (type == 'L')
            _longName = UpToZero(bytes);
        else
            _longTarget = UpToZero(bytes);
    }

    static byte[] UpToZero(ReadOnlySpan<byte> text) => (text.IndexOf((byte)0) is >= 0 and var end ? text[..end] : text).ToArray();

    byte[] ReadBytes(long size)
    {
        var bytes = new byte[size];
        if (tar.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < size)
            throw FetchException.BadArchive("it ends in the middle of a name");
        _position += size;
        Skip(Padded(size) - size);
        return bytes;
    }

    void Skip(long bytes)
    {
        while (bytes > 0)
        {
            var read = tar.Read(_scratch.AsSpan(0, (int)Math.Min(bytes, _scratch.Length)));
            if (read == 0)
                throw FetchException.BadArchive("it ends in the middle of a file");
            bytes -= read;
            _position += read;
        }
    }

    static long Padded(long size) =>
        size <= long.MaxValue - Block ? (size + Block - 1) / Block * Block : throw FetchException.BadArchive("a member has an absurd size");
}
