using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Hostlock.Fetching;

/// <summary>What a member of a tar archive is.</summary>
enum TarKind
{
    File,
    Folder,
    Link,
    HardLink,
}

/// <summary>One member. Names are bytes, as Latin-1 text so that each is one character.</summary>
/// <param name="Name">Its path as written.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Target">Where a link leads.</param>
/// <param name="IsExecutable">Whether its owner may execute it.</param>
/// <param name="Size">The bytes of contents that follow.</param>
/// <param name="Modified">Seconds since the epoch, rounded down.</param>
readonly record struct TarMember(string Name, TarKind Kind, string Target, bool IsExecutable, long Size, long Modified);

/// <summary>
/// The members of a tar archive one after the other: ustar, and the long names of GNU and pax. The base library's reader decodes
/// names as text and so loses those that are none.
/// </summary>
sealed class TarEntries(Stream tar)
{
    const int Block = 512;
    const int MaximumHeaderBytes = 1024 * 1024;

    readonly byte[] _header = new byte[Block];
    readonly byte[] _scratch = new byte[64 * 1024];
    long _left;
    long _padding;

    /// <summary>The next member, or null at the end. What was not read of the one before is passed over.</summary>
    public TarMember? Next()
    {
        string? longName = null, longTarget = null;
        var pax = new Dictionary<string, string>();
        while (ReadHeader())
        {
            var type = (char)_header[156];
            var size = Number(124, 12);
            if (size < 0)
                throw FetchException.BadArchive("a member has a negative size");
            switch (type)
            {
                case 'L':
                    longName = ReadText(size).TrimEnd('\0');
                    continue;
                case 'K':
                    longTarget = ReadText(size).TrimEnd('\0');
                    continue;
                case 'x':
                    ReadPax(size, pax);
                    continue;
                case 'g':
                    ReadText(size);
                    continue;
                default:
                    break;
            }
            if (pax.TryGetValue("size", out var stated))
                size = long.TryParse(stated, NumberStyles.None, CultureInfo.InvariantCulture, out var exact) ? exact : throw FetchException.BadArchive($"'{stated}' is no size");
            var name = pax.GetValueOrDefault("path") ?? longName ?? HeaderName();
            var target = pax.GetValueOrDefault("linkpath") ?? longTarget ?? Text(157, 100);
            var kind = type switch
            {
                '0' or '\0' or '7' => name.EndsWith('/') ? TarKind.Folder : TarKind.File,
                '1' => TarKind.HardLink,
                '2' => TarKind.Link,
                '5' => TarKind.Folder,
                _ => throw FetchException.BadArchive($"'{name}' has unsupported type '{type}'"),
            };
            if (kind != TarKind.File)
                Skip(Padded(size));
            else
                (_left, _padding) = (size, Padded(size) - size);
            return new(name, kind, target, (Number(100, 8) & 0x40) != 0, kind == TarKind.File ? size : 0, Modified(pax));
        }
        return null;
    }

    /// <summary>A piece of the contents of the member at hand; 0 at its end.</summary>
    public int Read(Span<byte> buffer)
    {
        if (_left == 0)
            return 0;
        var read = tar.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        if (read == 0)
            throw FetchException.BadArchive("it ends in the middle of a file");
        _left -= read;
        return read;
    }

    bool ReadHeader()
    {
        Skip(_left + _padding);
        (_left, _padding) = (0, 0);
        var read = tar.ReadAtLeast(_header, Block, throwOnEndOfStream: false);
        if (read == 0 || !_header.AsSpan(0, read).ContainsAnyExcept((byte)0))
            return false;
        if (read < Block)
            throw FetchException.BadArchive("it ends in the middle of a header");
        var sum = 8 * ' ';
        for (var i = 0; i < Block; i++)
            sum += i is >= 148 and < 156 ? 0 : _header[i];
        return Number(148, 8) == sum ? true : throw FetchException.BadArchive("it is no tar archive, or damaged");
    }

    string HeaderName()
    {
        var name = Text(0, 100);
        var prefix = _header.AsSpan(257, 6).SequenceEqual("ustar\0"u8) ? Text(345, 155) : "";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    string Text(int start, int length)
    {
        var field = _header.AsSpan(start, length);
        var end = field.IndexOf((byte)0);
        return Encoding.Latin1.GetString(end < 0 ? field : field[..end]);
    }

    // Octal digits, or where the first bit is set a big-endian number in two's complement (GNU).
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
                throw FetchException.BadArchive("a header holds a number that is none");
            number = number * 8 + (c - '0');
        }
        return number;
    }

    long Modified(Dictionary<string, string> pax)
    {
        if (!pax.TryGetValue("mtime", out var text))
            return Number(136, 12);
        return decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var time)
            && Math.Abs(time) < long.MaxValue
            ? (long)Math.Floor(time)
            : 0;
    }

    // "LENGTH key=value\n", the length counting itself.
    void ReadPax(long size, Dictionary<string, string> pax)
    {
        var records = Encoding.Latin1.GetBytes(ReadText(size)).AsSpan();
        while (!records.IsEmpty)
        {
            if (!Utf8Parser.TryParse(records, out int length, out var digits) || length <= digits + 1 || length > records.Length || records[digits] != ' ')
                throw FetchException.BadArchive("an extended header is malformed");
            var record = Encoding.Latin1.GetString(records[(digits + 1)..length].TrimEnd((byte)'\n'));
            if (record.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
                pax[record[..equals]] = record[(equals + 1)..];
            records = records[length..];
        }
    }

    string ReadText(long size)
    {
        if (size > MaximumHeaderBytes)
            throw FetchException.ArchiveTooLarge("a name", MaximumHeaderBytes);
        var bytes = new byte[size];
        if (tar.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < size)
            throw FetchException.BadArchive("it ends in the middle of a name");
        Skip(Padded(size) - size);
        return Encoding.Latin1.GetString(bytes);
    }

    void Skip(long bytes)
    {
        while (bytes > 0)
        {
            var read = tar.Read(_scratch.AsSpan(0, (int)Math.Min(bytes, _scratch.Length)));
            if (read == 0)
                throw FetchException.BadArchive("it ends in the middle of a file");
            bytes -= read;
        }
    }

    static long Padded(long size) => size <= long.MaxValue - Block ? (size + Block - 1) / Block * Block : throw FetchException.BadArchive("a member has an absurd size");
}
