using System.Text;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git.WorkTrees;

/// <summary>The tracked files of a work tree as a tree to hash, with the contents they have on disk. A folder is there where it holds one.</summary>
sealed class GitWorkTree : SourceTree
{
    readonly byte[] _root;
    readonly Folder _top = new();

    sealed class Folder
    {
        public SortedDictionary<string, Folder?> Entries { get; } = new(StringComparer.Ordinal);
    }

    sealed record Place(byte[] Path, Folder? Folder);

    /// <param name="root">The folder of the work tree.</param>
    /// <param name="paths">The tracked files, as Latin-1 text; folders that are there even if they hold nothing end in a slash.</param>
    public GitWorkTree(string root, IEnumerable<string> paths)
    {
        _root = Encoding.UTF8.GetBytes(root);
        foreach (var path in paths)
            Add(path);
    }

    // A work tree that is named by a link is that link to Nix, and nothing else.
    public override TreeEntry Root => new(
        default,
        UnixFiles.Look(_root) is { Kind: UnixFiles.Kind.Link } ? TreeEntryKind.Link : TreeEntryKind.Folder,
        0,
        new Place(_root, _top));

    public override IEnumerable<TreeEntry> List(TreeEntry folder)
    {
        var place = (Place)folder.Handle!;
        foreach (var (name, below) in place.Folder!.Entries)
        {
            var bytes = Encoding.Latin1.GetBytes(name);
            byte[] path = [.. place.Path, (byte)'/', .. bytes];
            if (below is not null)
            {
                yield return new(bytes, TreeEntryKind.Folder, 0, new Place(path, below));
                continue;
            }
            // A tracked file that is gone from the disk is gone from the tree.
            if (UnixFiles.Look(path) is not { } status)
                continue;
            var kind = status.Kind switch
            {
                UnixFiles.Kind.Link => TreeEntryKind.Link,
                UnixFiles.Kind.File => status.IsExecutable ? TreeEntryKind.Executable : TreeEntryKind.File,
                _ => throw FetchException.UnsupportedFile(Encoding.UTF8.GetString(path)),
            };
            yield return new(bytes, kind, kind == TreeEntryKind.Link ? 0 : status.Size, new Place(path, null));
        }
    }

    public override ReadOnlyMemory<byte> ReadLink(TreeEntry link) => UnixFiles.ReadLink(((Place)link.Handle!).Path);

    public override Stream Open(TreeEntry file) => UnixFiles.Open(((Place)file.Handle!).Path);

    void Add(string path)
    {
        var folder = _top;
        var names = path.Split('/');
        foreach (var name in names[..^1])
        {
            if (!folder.Entries.TryGetValue(name, out var next) || next is null)
                folder.Entries[name] = next = new();
            folder = next;
        }
        if (names[^1].Length > 0)
            folder.Entries[names[^1]] = null;
    }
}
