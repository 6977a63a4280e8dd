using System.Buffers.Binary;

namespace Hostlock.Fetching.Compression;

/// <summary>A cyclic redundancy check of up to 64 bits, lowest bit first. It is computed eight bytes at a time.</summary>
/// <remarks>Intel, "Slicing-by-8"; the polynomials are those of zip and of the xz file format, 6.</remarks>
sealed class Checksum
{
    static readonly Lazy<ulong[]> Tables32 = new(() => TablesOf(0xEDB88320));
    static readonly Lazy<ulong[]> Tables64 = new(() => TablesOf(0xC96C5795D7870F42));

    readonly ulong[] _tables;
    readonly ulong _mask;
    ulong _state;

    Checksum(ulong[] tables, ulong mask) => (_tables, _mask, _state) = (tables, mask, mask);

    /// <summary>The check of all bytes that were appended.</summary>
    public ulong Value => _state ^ _mask;

    /// <summary>Begins a check of 32 bits, as zip, gzip and xz use it.</summary>
    public static Checksum Crc32() => new(Tables32.Value, uint.MaxValue);

    /// <summary>Begins a check of 64 bits, as xz uses it.</summary>
    public static Checksum Crc64() => new(Tables64.Value, ulong.MaxValue);

    /// <summary>The check of 32 bits of some bytes.</summary>
    public static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var sum = Crc32();
        sum.Append(bytes);
        return (uint)sum.Value;
    }

    /// <summary>Appends bytes to those that are checked.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        var (state, tables) = (_state, _tables);
        while (bytes.Length >= 8)
        {
            var word = state ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            state = tables[7 * 256 + (byte)word] ^ tables[6 * 256 + (byte)(word >> 8)]
                ^ tables[5 * 256 + (byte)(word >> 16)] ^ tables[4 * 256 + (byte)(word >> 24)]
                ^ tables[3 * 256 + (byte)(word >> 32)] ^ tables[2 * 256 + (byte)(word >> 40)]
                ^ tables[256 + (byte)(word >> 48)] ^ tables[(byte)(word >> 56)];
            bytes = bytes[8..];
        }
        foreach (var each in bytes)
            state = (state >> 8) ^ tables[(byte)(state ^ each)];
        _state = state;
    }

    // The first table is for the last of eight bytes, the next for the one before it.
    static ulong[] TablesOf(ulong polynomial)
    {
        var tables = new ulong[8 * 256];
        for (var i = 0; i < 256; i++)
        {
            var value = (ulong)i;
            for (var bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? (value >> 1) ^ polynomial : value >> 1;
            tables[i] = value;
        }
        for (var i = 256; i < tables.Length; i++)
            tables[i] = (tables[i - 256] >> 8) ^ tables[(byte)tables[i - 256]];
        return tables;
    }
}
