using System.Text;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git.WorkTrees;

/// <summary>
/// The tracked files of a work tree as a tree to hash, with the contents they have on disk. A folder is there if it holds one.
/// </summary>
sealed class GitWorkTree : SourceTree
{
    readonly byte[] _root;
    readonly Folder _top = new();

    sealed class Folder
    {
        public SortedDictionary<ByteName, Folder?> Entries { get; } = [];
    }

    sealed record Place(byte[] Path, Folder? Folder);

    /// <summary>Makes the tree of some tracked files.</summary>
    /// <param name="root">The folder of the work tree.</param>
    /// <param name="files">The tracked files.</param>
    /// <param name="folders">Folders that exist even if they hold nothing.</param>
    public GitWorkTree(string root, IEnumerable<TreePath> files, IEnumerable<TreePath> folders)
    {
        _root = Encoding.UTF8.GetBytes(root);
        foreach (var folder in folders)
            FolderAt(folder);
        foreach (var file in files)
            FolderAt(file.Folder).Entries[file.Name] = null;
    }

    // If the path of a work tree is a link, the tree is only that link, as in Nix.
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
            byte[] path = [.. place.Path, (byte)'/', .. name.Bytes];
            if (below is not null)
            {
                yield return new(name, TreeEntryKind.Folder, 0, new Place(path, below));
                continue;
            }
            // A tracked file that is not on disk is not in the tree.
            if (UnixFiles.Look(path) is not { } status)
                continue;
            var kind = status.Kind switch
            {
                UnixFiles.Kind.Link => TreeEntryKind.Link,
                UnixFiles.Kind.File => status.IsExecutable ? TreeEntryKind.Executable : TreeEntryKind.File,
                _ => throw FetchException.UnsupportedFile(Encoding.UTF8.GetString(path)),
            };
            yield return new(name, kind, kind == TreeEntryKind.Link ? 0 : status.Size, new Place(path, null));
        }
    }

    public override ReadOnlyMemory<byte> ReadLink(TreeEntry link) => UnixFiles.ReadLink(((Place)link.Handle!).Path);

    public override Stream Open(TreeEntry file) => UnixFiles.Open(((Place)file.Handle!).Path);

    Folder FolderAt(TreePath path)
    {
        var folder = _top;
        foreach (var name in path.Names)
        {
            if (!folder.Entries.TryGetValue(name, out var next) || next is null)
                folder.Entries[name] = next = new();
            folder = next;
        }
        return folder;
    }
}
