using Hostlock.Platform;

namespace Hostlock.Fetching.Git.Objects;

/// <summary>
/// The objects of a repository, read from git's files without starting git: those that are files of their own, those in packs, and those
/// that the repository borrows from others.
/// </summary>
/// <remarks>
/// What git would fetch first, what is damaged or too large, and what lies in a file of a version that git alone reads, is not found here;
/// then git is to be asked. Each object is compared with its id, as libgit2 does (GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION): so neither
/// damage nor a fault of ours can give other bytes. Only one caller at a time may use it.
/// </remarks>
sealed class StoredObjects : IDisposable
{
    const int MaximumAlternates = 1024 * 1024;

    // A repository borrows from another, which borrows from a third. git goes on for so many steps.
    const int MostBorrowers = 5;
    const int MostFolders = 32;

    // The first is the repository's own.
    readonly List<(string Path, PackFolder? Packs)> _folders;
    readonly UnpackingLimit _work = new();
    bool _hasBorrowed;

    // Old objects lie in packs, and new ones in files of their own. So the next object is first looked for where the last one was found.
    bool _packsFirst;

    /// <summary>Opens the objects of a repository.</summary>
    /// <param name="folder">Their folder: <c>.git/objects</c>.</param>
    public StoredObjects(string folder) => _folders = [(folder, null)];

    /// <summary>Reads an object; null if it is not found here, or is of another kind: then git is to be asked.</summary>
    /// <param name="id">The id, forty hexadecimal digits.</param>
    /// <param name="kind">Its kind: <c>commit</c>, <c>tree</c>, <c>blob</c>.</param>
    /// <param name="most">The largest size that is read, in bytes.</param>
    public byte[]? Read(string id, string kind, int most)
    {
        for (var i = 0; ; i++)
        {
            if (i == _folders.Count && !_hasBorrowed)
            {
                Borrow(_folders[0].Path, 1);
                _hasBorrowed = true;
            }
            if (i == _folders.Count)
                return null;
            if (ReadFrom(i, _packsFirst, id, kind, most) is { } found)
                return found;
            if (ReadFrom(i, !_packsFirst, id, kind, most) is { } other)
            {
                _packsFirst = !_packsFirst;
                return other;
            }
        }
    }

    /// <summary>Closes all files.</summary>
    public void Dispose()
    {
        foreach (var (_, packs) in _folders)
            packs?.Dispose();
    }

    byte[]? ReadFrom(int folder, bool packs, string id, string kind, int most)
    {
        var bytes = packs ? Packed(folder, id, kind, most) : LooseObject.Read(_folders[folder].Path, id, kind, most);
        return bytes is not null && ObjectId.Of(kind, bytes) == id ? bytes : null;
    }

    byte[]? Packed(int folder, string id, string kind, int most)
    {
        try
        {
            if (_folders[folder].Packs is not { } packs)
            {
                packs = new(_folders[folder].Path, _work);
                _folders[folder] = (_folders[folder].Path, packs);
            }
            return packs.Read(Convert.FromHexString(id), kind, most);
        }
        catch (Exception why) when (why is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // git's Documentation: gitrepository-layout(5), objects/info/alternates. A path in quotes is left to git.
    void Borrow(string folder, int depth)
    {
        if (RegularFile.TextIfReadable(Path.Combine(folder, "info", "alternates"), MaximumAlternates) is not { } text)
            return;
        foreach (var line in text.Split('\n'))
        {
            if (line.Length == 0 || line[0] is '#' or '"' || line.Contains('\0', StringComparison.Ordinal) || _folders.Count == MostFolders)
                continue;
            var other = Path.GetFullPath(line, folder);
            if (_folders.Exists(known => known.Path == other))
                continue;
            _folders.Add((other, null));
            if (depth < MostBorrowers)
                Borrow(other, depth + 1);
        }
    }
}
