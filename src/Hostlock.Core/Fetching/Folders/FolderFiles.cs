using System.Text;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Folders;

/// <summary>The files of a folder, for locking.</summary>
public sealed class FolderFiles(string root) : TreeFiles
{
    readonly byte[] _root = Encoding.UTF8.GetBytes(root);

    /// <inheritdoc/>
    public override ValueTask<TreeItem?> FindAsync(TreePath path, CancellationToken cancellationToken) => ValueTask.FromResult(Find(path));

    TreeItem? Find(TreePath path)
    {
        // A path through a link finds nothing, so each folder on the way is checked.
        foreach (var folder in path.Folders)
        {
            if (UnixFiles.Look(At(folder)) is not { Kind: UnixFiles.Kind.Folder })
                return null;
        }
        var at = At(path);
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
            case null:
                return null;
            default:
                return new TreeItem.Other();
        }
    }

    byte[] At(TreePath path) => path.IsRoot ? _root : [.. _root, (byte)'/', .. path.Bytes];
}
