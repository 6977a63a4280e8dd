using System.Text;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git.Objects;

/// <summary>The packs of a folder of objects. Of many packs only one is open.</summary>
/// <remarks>Only one caller at a time may use it.</remarks>
sealed class PackFolder : IDisposable
{
    // git packs them into one if they are more (gc.autoPackLimit). A question would look into each of them.
    const int MostPacks = 50;

    const string Name = "pack";

    readonly string _folder;
    readonly UnpackingLimit _work;
    readonly MultiPackIndex? _many;

    // The one that had an object comes first.
    readonly List<(string Pack, PackIndex Index)> _single = [];
    (string Name, PackFile? Pack) _open = ("", null);

    /// <summary>Looks for packs.</summary>
    /// <param name="objects">The folder of objects. It may have no packs.</param>
    /// <param name="work">What may still be unpacked.</param>
    public PackFolder(string objects, UnpackingLimit work)
    {
        var folder = Path.Combine(objects, Name);
        (_folder, _work) = (folder, work);
        var names = Names(folder);
        if (names.Contains("multi-pack-index"))
            _many = MultiPackIndex.Open(Path.Combine(folder, "multi-pack-index"));
        var known = _many?.Packs.ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var name in names)
        {
            if (NameOf(name, ".idx") is not { } pack || known.Contains(pack))
                continue;
            if (_single.Count == MostPacks)
            {
                _single.Clear();
                return;
            }
            if (TryOpen(Path.Combine(folder, name)) is not { } index)
                continue;
            index.Dispose();
            _single.Add((pack, index));
        }
    }

    /// <summary>The files beside the packs of a folder of objects, and the packs; none if it has no packs.</summary>
    /// <param name="objects">The folder of objects.</param>
    public static IEnumerable<string> FilesIn(string objects)
    {
        var folder = Path.Combine(objects, Name);
        return Names(folder).Where(name => name is not ("." or "..")).Select(name => Path.Combine(folder, name));
    }

    /// <summary>The name of a pack from that of one of its files; null if it is none.</summary>
    /// <param name="file">The name of the file.</param>
    /// <param name="ending">How it has to end.</param>
    public static string? NameOf(string file, string ending) =>
        file.StartsWith("pack-", StringComparison.Ordinal)
            && file.EndsWith(ending, StringComparison.Ordinal)
            && !file.Contains('/', StringComparison.Ordinal)
                ? file[..^ending.Length]
                : null;

    /// <summary>Reads an object; null if no pack has it, or it is of another kind, too large, or damaged.</summary>
    /// <param name="id">The id, twenty bytes.</param>
    /// <param name="kind">Its kind: <c>commit</c>, <c>tree</c>, <c>blob</c>.</param>
    /// <param name="most">The largest size that is read, in bytes.</param>
    /// <exception cref="IOException">A pack cannot be read, or ends too early.</exception>
    /// <exception cref="InvalidDataException">A pack is damaged.</exception>
    public byte[]? Read(ReadOnlySpan<byte> id, string kind, int most)
    {
        if (_many?.Find(id) is var (pack, place))
            return Open(pack)?.Read(place, kind, most);
        for (var i = 0; i < _single.Count; i++)
        {
            var found = _single[i];
            if (found.Index.Find(id) is not { } at)
            {
                found.Index.Dispose();
                continue;
            }
            if (i > 0)
                (_single[0], _single[i]) = (found, _single[0]);
            return Open(found.Pack)?.Read(at, kind, most);
        }
        return null;
    }

    /// <summary>Closes all files.</summary>
    public void Dispose()
    {
        _many?.Dispose();
        foreach (var (_, index) in _single)
            index.Dispose();
        _open.Pack?.Dispose();
        _open = ("", null);
    }

    static HashSet<string> Names(string folder)
    {
        try
        {
            return UnixFiles.Names(Encoding.UTF8.GetBytes(folder)).Select(Encoding.UTF8.GetString).ToHashSet(StringComparer.Ordinal);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    static PackIndex? TryOpen(string path)
    {
        try
        {
            return PackIndex.Open(path);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    PackFile? Open(string pack)
    {
        if (_open.Name != pack)
        {
            _open.Pack?.Dispose();
            _open = ("", null);
            _open = (pack, PackFile.Open(Path.Combine(_folder, pack), _work));
        }
        return _open.Pack;
    }
}
