using System.Buffers.Binary;
using System.Text;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git.Objects;

/// <summary>The index of several packs in one file.</summary>
/// <remarks>git's Documentation: gitformat-pack(5), multi-pack-index files, version 1 with SHA-1. A chain of such files is left to
/// git.</remarks>
sealed class MultiPackIndex : IDisposable
{
    const int Header = 12;
    const int ChunkBytes = 12;
    const int MostNames = 1024 * 1024;

    readonly FileWindow _file;
    readonly string[] _packs;
    readonly IdTable _ids;
    readonly long _places;
    readonly long? _largePlaces;

    MultiPackIndex(FileWindow file, string[] packs, IdTable ids, long places, long? largePlaces) =>
        (_file, _packs, _ids, _places, _largePlaces) = (file, packs, ids, places, largePlaces);

    /// <summary>The names of the packs, without a folder and an ending: <c>pack-1234…</c>.</summary>
    public IReadOnlyCollection<string> Packs => _packs;

    /// <summary>Opens the file; null if there is none, or it is of another version, or damaged.</summary>
    /// <param name="path">The file.</param>
    public static MultiPackIndex? Open(string path)
    {
        FileWindow? file = null;
        try
        {
            file = FileWindow.Open(path, PackIndex.Window);
            if (Read(file) is not { } opened)
                return null;
            file = null;
            return opened;
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>The pack that has an object, and the place of the object in it; null if none of the packs has it.</summary>
    /// <param name="id">The id, twenty bytes.</param>
    /// <exception cref="IOException">The file cannot be read, or ends too early.</exception>
    public (string Pack, long Place)? Find(ReadOnlySpan<byte> id)
    {
        if (_ids.IndexOf(_file, id) is not { } at)
            return null;
        var entry = _file.At(_places + ((long)at * sizeof(long)), sizeof(long));
        var (pack, place) = (BinaryPrimitives.ReadUInt32BigEndian(entry), BinaryPrimitives.ReadUInt32BigEndian(entry[sizeof(uint)..]));
        if (pack >= _packs.Length)
            return null;
        // Without the chunk of large places, a place has 32 bits.
        return place > int.MaxValue && _largePlaces is { } large
            ? (_packs[pack], BinaryPrimitives.ReadInt64BigEndian(_file.At(large + ((place & int.MaxValue) * sizeof(long)), sizeof(long))))
            : (_packs[pack], place);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    static MultiPackIndex? Read(FileWindow file)
    {
        // The version, the function of the ids, the number of chunks, and the number of files that this one adds to.
        if (file.At(0, Header) is not [(byte)'M', (byte)'I', (byte)'D', (byte)'X', 1, 1, var chunks, 0, ..] header)
            return null;
        var count = BinaryPrimitives.ReadUInt32BigEndian(header[8..]);
        var places = new Dictionary<string, (long Start, long End)>(StringComparer.Ordinal);
        for (var i = 0; i < chunks; i++)
        {
            // The next entry, also that behind the last one, says where the chunk ends.
            var entry = file.At(Header + (i * ChunkBytes), 2 * ChunkBytes);
            places[Encoding.Latin1.GetString(entry[..4])] = (
                BinaryPrimitives.ReadInt64BigEndian(entry[4..]), BinaryPrimitives.ReadInt64BigEndian(entry[(ChunkBytes + 4)..]));
        }
        return places.TryGetValue("PNAM", out var names)
            && places.TryGetValue("OIDF", out var counts)
            && places.TryGetValue("OIDL", out var ids)
            && places.TryGetValue("OOFF", out var offsets)
            && ReadNames(file, names, count) is { } packs
            && IdTable.Read(file, counts.Start, ids.Start) is { } table
                ? new(file, packs, table, offsets.Start, places.TryGetValue("LOFF", out var large) ? large.Start : null)
                : null;
    }

    // Each name ends with a zero byte. Zeros may follow the last one.
    static string[]? ReadNames(FileWindow file, (long Start, long End) chunk, uint count)
    {
        if (chunk.End - chunk.Start is not (>= 0 and <= MostNames and var length))
            return null;
        var bytes = new byte[length];
        for (var read = 0; read < bytes.Length;)
        {
            if (file.Read(chunk.Start + read, bytes.AsSpan(read)) is not (> 0 and var some))
                return null;
            read += some;
        }
        var names = Encoding.UTF8.GetString(bytes).Split('\0');
        if (names.Length <= count)
            return null;
        var packs = new string[count];
        for (var i = 0; i < packs.Length; i++)
        {
            if (PackFolder.NameOf(names[i], ".idx") is not { } pack)
                return null;
            packs[i] = pack;
        }
        return packs;
    }
}
