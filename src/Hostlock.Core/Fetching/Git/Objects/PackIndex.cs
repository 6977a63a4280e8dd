using System.Buffers.Binary;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git.Objects;

/// <summary>The index of one pack, which says at which place of the pack each object begins.</summary>
/// <remarks>git's Documentation: gitformat-pack(5), version 2. Version 1, which git writes only if it is told to, is left to git.</remarks>
sealed class PackIndex : IDisposable
{
    /// <summary>The most bytes that are read at once. Twice as many are held.</summary>
    public const int Window = 4 * 1024;

    const int Header = 8;

    readonly string _path;
    readonly IdTable _ids;
    FileWindow? _file;

    PackIndex(string path, IdTable ids, FileWindow file) => (_path, _ids, _file) = (path, ids, file);

    /// <summary>Opens an index; null if it is of another version, or damaged.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static PackIndex? Open(string path)
    {
        var file = FileWindow.Open(path, Window);
        try
        {
            if (file.At(0, Header) is [0xff, (byte)'t', (byte)'O', (byte)'c', 0, 0, 0, 2]
                && IdTable.Read(file, Header, Header + IdTable.CountsBytes) is { } ids)
            {
                var opened = new PackIndex(path, ids, file);
                file = null;
                return opened;
            }
            return null;
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>The place of an object in the pack; null if the pack does not have it.</summary>
    /// <param name="id">The id, twenty bytes.</param>
    /// <exception cref="IOException">The index cannot be read, or ends too early.</exception>
    public long? Find(ReadOnlySpan<byte> id)
    {
        if (!_ids.Has(id[0]))
            return null;
        var file = _file ??= FileWindow.Open(_path, Window);
        if (_ids.IndexOf(file, id) is not { } at)
            return null;
        // A checksum for each object, then its place, then the places that need more than 31 bits.
        var places = _ids.End + ((long)_ids.Count * sizeof(uint));
        var place = BinaryPrimitives.ReadUInt32BigEndian(file.At(places + ((long)at * sizeof(uint)), sizeof(uint)));
        if (place <= int.MaxValue)
            return place;
        var large = places + ((long)_ids.Count * sizeof(uint)) + ((place & int.MaxValue) * sizeof(long));
        return BinaryPrimitives.ReadInt64BigEndian(file.At(large, sizeof(long)));
    }

    /// <summary>Closes the file until the next question: a repository may have many packs.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }
}
