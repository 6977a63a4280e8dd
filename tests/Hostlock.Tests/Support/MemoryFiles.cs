using System.Security.Cryptography;
using System.Text;
using Hostlock.Locks;
using Hostlock.Nar;

namespace Hostlock.Tests.Support;

/// <summary>A tree in memory.</summary>
sealed class MemoryFiles : TreeFiles
{
    readonly SortedDictionary<TreePath, TreeItem> _items = [];

    /// <summary>Files by their paths, with their contents as text.</summary>
    public static MemoryFiles Of(params IEnumerable<(string Path, string Text)> files)
    {
        var tree = new MemoryFiles();
        foreach (var (path, text) in files)
            tree._items.Add(TreePath.Parse(path), new TreeItem.File(Encoding.UTF8.GetBytes(text)));
        return tree;
    }

    /// <summary>Adds a link, and returns the tree.</summary>
    public MemoryFiles Link(string path, string target)
    {
        _items.Add(TreePath.Parse(path), new TreeItem.Link(target));
        return this;
    }

    /// <summary>A hash of the contents as an SRI text. It is not the hash of their NAR, but differs when they do.</summary>
    public string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (path, item) in _items)
        {
            var contents = item is TreeItem.File file ? file.Contents.ToArray() : Encoding.UTF8.GetBytes(item.ToString());
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}\n{contents.Length}\n"));
            hash.AppendData(contents);
        }
        return NarHash.FromDigest(hash.GetHashAndReset()).ToString();
    }

    public override ValueTask<TreeItem?> FindAsync(TreePath path, CancellationToken cancellationToken) =>
        new(_items.GetValueOrDefault(path) ?? (IsFolder(path) ? new TreeItem.Folder() : null));

    bool IsFolder(TreePath path) => path.IsRoot || _items.Keys.Any(item => item.Folders.Contains(path));
}
