using System.Text;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Folders;

/// <summary>A folder of this machine with everything in it, ignored files and <c>.git</c> included, as <c>path:</c> inputs are taken.</summary>
/// <remarks>Nix 2.34.8, libfetchers/path.cc. The root may be a file or a link too; the tree is then that alone.</remarks>
public sealed class FolderTree(string path) : SourceTree
{
    readonly byte[] _root = Encoding.UTF8.GetBytes(path.Length > 1 ? path.TrimEnd('/') : path);
    long _newest;

    /// <summary>The newest change of anything seen so far, the root included; seconds since the epoch.</summary>
    public ulong NewestChange => (ulong)Math.Max(0, _newest);

    public override TreeEntry Root => Entry([], _root) ?? throw FetchException.NoFolder(path);

    public override IEnumerable<TreeEntry> List(TreeEntry folder)
    {
        var at = (byte[])folder.Handle!;
        return UnixFiles.Names(at).Select(name => Entry(name, [.. at, (byte)'/', .. name])).OfType<TreeEntry>();
    }

    public override ReadOnlyMemory<byte> ReadLink(TreeEntry link) => UnixFiles.ReadLink((byte[])link.Handle!);

    public override Stream Open(TreeEntry file) => UnixFiles.Open((byte[])file.Handle!);

    TreeEntry? Entry(byte[] name, byte[] at)
    {
        if (UnixFiles.Look(at) is not { } status)
            return null;
        _newest = Math.Max(_newest, status.Modified);
        var kind = status.Kind switch
        {
            UnixFiles.Kind.Folder => TreeEntryKind.Folder,
            UnixFiles.Kind.Link => TreeEntryKind.Link,
            UnixFiles.Kind.File => status.IsExecutable ? TreeEntryKind.Executable : TreeEntryKind.File,
            _ => throw FetchException.UnsupportedFile(Encoding.UTF8.GetString(at)),
        };
        return new(name, kind, kind is TreeEntryKind.File or TreeEntryKind.Executable ? status.Size : 0, at);
    }
}

/// <summary>The files of a folder as locking looks at them.</summary>
public sealed class FolderFiles(string root) : TreeFiles
{
    public override ValueTask<TreeItem?> FindAsync(string path, CancellationToken cancellationToken) => ValueTask.FromResult(Find(path));

    TreeItem? Find(string path)
    {
        // A link on the way counts as nothing, so each step is looked at.
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            if (UnixFiles.Look(Encoding.UTF8.GetBytes($"{root}/{path[..slash]}")) is not { Kind: UnixFiles.Kind.Folder })
                return null;
        }
        var at = Encoding.UTF8.GetBytes(path.Length == 0 ? root : $"{root}/{path}");
        switch (UnixFiles.Look(at))
        {
            case { Kind: UnixFiles.Kind.Folder }:
                return new TreeItem.Folder();
            case { Kind: UnixFiles.Kind.Link }:
                return new TreeItem.Link(Encoding.UTF8.GetString(UnixFiles.ReadLink(at)));
            case { Kind: UnixFiles.Kind.File } status:
                using (var file = UnixFiles.Open(at))
                {
                    var contents = new byte[Math.Min(status.Size, LockFileReader.MaximumBytes + 1)];
                    return new TreeItem.File(contents.AsMemory(0, file.ReadAtLeast(contents, contents.Length, throwOnEndOfStream: false)));
                }
            default:
                return null;
        }
    }
}
