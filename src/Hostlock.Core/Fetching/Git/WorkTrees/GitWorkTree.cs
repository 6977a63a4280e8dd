using System.Text;
using Hostlock.Fetching.Folders;
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
        public SortedDictionary<ByteName, Entry> Entries { get; } = [];
    }

    // What has a name: a folder, or a file or a link.
    readonly record struct Entry(TreeEntryKind Kind, Folder? Folder);

    sealed record Place(byte[] Path, Folder? Folder);

    /// <summary>Makes the tree of some tracked files.</summary>
    /// <param name="root">The folder of the work tree.</param>
    /// <param name="files">The tracked files.</param>
    /// <param name="folders">Folders that exist even if they hold nothing.</param>
    public GitWorkTree(string root, IEnumerable<TrackedFile> files, IEnumerable<TreePath> folders)
    {
        _root = Encoding.UTF8.GetBytes(root);
        foreach (var folder in folders)
            FolderAt(folder);
        foreach (var file in files)
            FolderAt(file.Path.Folder).Entries[file.Path.Name] = new(file.Kind, null);
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
        foreach (var (name, entry) in place.Folder!.Entries)
        {
            // The size of a file is that which it has once it is open, so nothing is looked at here.
            var size = entry.Kind is TreeEntryKind.File or TreeEntryKind.Executable ? TreeEntry.SizeIsLength : 0;
            yield return new(name, entry.Kind, size, new Place([.. place.Path, (byte)'/', .. name.Bytes], entry.Folder));
        }
    }

    public override ReadOnlyMemory<byte> ReadLink(TreeEntry link) =>
        SeenEntry.Read(((Place)link.Handle!).Path, UnixFiles.Kind.Link, static path => UnixFiles.ReadLink(path));

    public override Stream Open(TreeEntry file) =>
        SeenEntry.Read(((Place)file.Handle!).Path, UnixFiles.Kind.File, static path => UnixFiles.OpenNoLink(path));

    Folder FolderAt(TreePath path)
    {
        var folder = _top;
        foreach (var name in path.Names)
        {
            if (!folder.Entries.TryGetValue(name, out var next) || next.Folder is null)
                folder.Entries[name] = next = new(TreeEntryKind.Folder, new());
            folder = next.Folder!;
        }
        return folder;
    }
}
