using System.IO.Compression;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git.Objects;

/// <summary>Reads objects of one pack. Most are stored as what differs from another object of the pack.</summary>
/// <remarks>git's Documentation: gitformat-pack(5). Only one caller at a time may use it.</remarks>
sealed class PackFile : IDisposable
{
    // The largest object that another one may be made of, in bytes.
    const int MostBytes = 16 * 1024 * 1024;

    // git makes chains of 50, and takes no longer ones than this (pack-objects --depth).
    const int MostDeltas = 4095;

    // What other objects were made of, in bytes, until it is forgotten. Objects side by side are often made of the same ones.
    const int MostKept = 8 * 1024 * 1024;

    const int Window = 16 * 1024;
    const int Header = 12;

    // A size of seven bytes and the place of another object, or its id.
    const int MostEntryBytes = 40;

    static readonly string?[] Kinds = [null, "commit", "tree", "blob", "tag"];

    readonly FileWindow _file;
    readonly string _index;
    readonly UnpackingLimit _work;
    readonly Dictionary<long, (string Kind, byte[] Bytes)> _kept = [];
    PackIndex? _ids;
    int _keptBytes;

    PackFile(FileWindow file, string index, UnpackingLimit work) => (_file, _index, _work) = (file, index, work);

    /// <summary>Opens a pack; null if it is of another version.</summary>
    /// <param name="path">The file, without its ending.</param>
    /// <param name="work">What may still be unpacked.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static PackFile? Open(string path, UnpackingLimit work)
    {
        var file = FileWindow.Open($"{path}.pack", Window);
        try
        {
            if (file.At(0, Header) is not [(byte)'P', (byte)'A', (byte)'C', (byte)'K', 0, 0, 0, 2 or 3, ..])
                return null;
            var opened = new PackFile(file, $"{path}.idx", work);
            file = null;
            return opened;
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>Reads an object; null if it is of another kind, too large, or damaged, or too much would have to be unpacked.</summary>
    /// <param name="place">Its place in the pack.</param>
    /// <param name="kind">Its kind: <c>commit</c>, <c>tree</c>, <c>blob</c>.</param>
    /// <param name="most">The largest size that is read, in bytes.</param>
    /// <exception cref="IOException">The pack cannot be read, or ends too early.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public byte[]? Read(long place, string kind, int most)
    {
        var deltas = new Stack<(long Place, Entry Entry)>();
        (string Kind, byte[] Bytes) made;
        while (!_kept.TryGetValue(place, out made))
        {
            if (ReadEntry(place) is not { } entry || entry.Size > MostBytes || !_work.TryTake(entry.Size))
                return null;
            if (entry.Kind is { } stated)
            {
                if (stated != kind || (deltas.Count == 0 && entry.Size > most))
                    return null;
                made = (stated, Inflate(entry));
                break;
            }
            deltas.Push((place, entry));
            if (deltas.Count > MostDeltas || entry.From is not { } from)
                return null;
            place = from;
        }
        while (deltas.TryPop(out var next))
        {
            Keep(place, made);
            if (PackDelta.Apply(made.Bytes, Inflate(next.Entry), MostBytes) is not { } bytes || !_work.TryTake(bytes.Length))
                return null;
            (place, made) = (next.Place, (made.Kind, bytes));
        }
        return made.Kind == kind && made.Bytes.Length <= most ? made.Bytes : null;
    }

    /// <summary>Closes the pack.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _ids?.Dispose();
    }

    /// <summary>The head of an object in a pack.</summary>
    /// <param name="Kind">The kind; null for what differs from another object.</param>
    /// <param name="From">The place of that other object; null if there is none.</param>
    /// <param name="Size">The number of bytes that the contents unpack to.</param>
    /// <param name="Contents">The place of the contents.</param>
    readonly record struct Entry(string? Kind, long? From, long Size, long Contents);

    // Null if it is damaged.
    Entry? ReadEntry(long place)
    {
        if (place < Header || place >= _file.Length)
            return null;
        var bytes = _file.At(place, (int)Math.Min(MostEntryBytes, _file.Length - place));
        var (at, type, size) = (1, (bytes[0] >> 4) & 7, bytes[0] & 15L);
        for (var bits = 4; (bytes[at - 1] & 0x80) != 0; bits += 7, at++)
        {
            if (at >= bytes.Length || bits > 32)
                return null;
            size |= (bytes[at] & 0x7fL) << bits;
        }
        switch (type)
        {
            case >= 1 and <= 4:
                return new(Kinds[type], null, size, place + at);
            case 6:
                // The distance to the other object, seven bits in each byte, the highest first. Each byte but the last adds one.
                var distance = 0L;
                for (var i = at; ; i++)
                {
                    if (i >= bytes.Length || distance > long.MaxValue >> 8)
                        return null;
                    distance = (distance << 7) | (bytes[i] & 0x7fL);
                    if ((bytes[i] & 0x80) == 0)
                        return distance <= 0 ? null : new(null, place - distance, size, place + i + 1);
                    distance++;
                }
            case 7 when at + IdTable.IdBytes <= bytes.Length:
                var id = bytes.Slice(at, IdTable.IdBytes);
                return new(null, (_ids ??= PackIndex.Open(_index))?.Find(id), size, place + at + IdTable.IdBytes);
            default:
                return null;
        }
    }

    byte[] Inflate(Entry entry)
    {
        using var inflated = new ZLibStream(new Contents(_file, entry.Contents), CompressionMode.Decompress);
        var bytes = new byte[entry.Size];
        inflated.ReadExactly(bytes);
        return bytes;
    }

    void Keep(long place, (string Kind, byte[] Bytes) made)
    {
        if (made.Bytes.Length > MostKept / 2 || !_kept.TryAdd(place, made))
            return;
        _keptBytes += made.Bytes.Length;
        if (_keptBytes <= MostKept)
            return;
        _kept.Clear();
        _keptBytes = 0;
    }

    /// <summary>The bytes of a file from a place on.</summary>
    sealed class Contents(FileWindow file, long at) : ForwardStream
    {
        long _at = at;

        public override int Read(Span<byte> buffer)
        {
            var read = file.Read(_at, buffer);
            _at += read;
            return read;
        }
    }
}
