using Hostlock.Nar;

namespace Hostlock.Fetching.Git;

/// <summary>
/// Finds entries of trees by their paths. A folder is read once, however many paths lead through it and however many commits have it: the
/// locks of a fleet lie in few folders.
/// </summary>
sealed class GitFolders
{
    // Enough for the folders of a few commits of a fleet of some ten thousand hosts. Beyond it, all are forgotten.
    const int MostEntries = 200_000;

    readonly Dictionary<string, Dictionary<ByteName, GitTree.Entry>> _read = new(StringComparer.Ordinal);
    int _entries;

    /// <summary>Finds the entry at a path; null if none is there. Links are not followed.</summary>
    /// <param name="tree">The id of the tree object.</param>
    /// <param name="path">The path from the tree on.</param>
    /// <param name="read">Reads the entries of a folder by the id of its tree object; null if it cannot.</param>
    /// <param name="entry">The entry.</param>
    /// <returns>False if a folder on the way cannot be read.</returns>
    public bool TryFind(string tree, TreePath path, Func<string, GitTree.Entry[]?> read, out GitTree.Entry? entry)
    {
        entry = new(default, TreeEntryKind.Folder, tree, IsSubmodule: false);
        foreach (var name in path.Names)
        {
            if (entry is not { Kind: TreeEntryKind.Folder, IsSubmodule: false })
            {
                entry = null;
                break;
            }
            if (Open(entry.Id, read) is not { } folder)
                return false;
            entry = folder.GetValueOrDefault(name);
        }
        return true;
    }

    Dictionary<ByteName, GitTree.Entry>? Open(string id, Func<string, GitTree.Entry[]?> read)
    {
        if (_read.TryGetValue(id, out var known))
            return known;
        if (read(id) is not { } entries)
            return null;
        if ((_entries += entries.Length) > MostEntries)
        {
            _read.Clear();
            _entries = entries.Length;
        }
        return _read[id] = entries.ToDictionary(entry => entry.Name);
    }
}
