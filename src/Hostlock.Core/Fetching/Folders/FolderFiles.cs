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
                return new TreeItem.Link(
                    Encoding.UTF8.GetString(SeenEntry.Read(at, UnixFiles.Kind.Link, static link => UnixFiles.ReadLink(link))));
            case { Kind: UnixFiles.Kind.File } status:
                var most = Math.Min(status.Size, LockFileReader.MaximumBytes + 1);
                return new TreeItem.File(SeenEntry.Read(at, UnixFiles.Kind.File, file => Read(file, most)));
            case null:
                return null;
            default:
                return new TreeItem.Other();
        }
    }

    static ReadOnlyMemory<byte> Read(byte[] at, long most)
    {
        using var file = UnixFiles.OpenNoLink(at);
        var contents = new byte[most];
        return contents.AsMemory(0, file.ReadAtLeast(contents, contents.Length, throwOnEndOfStream: false));
    }

    byte[] At(TreePath path) => path.IsRoot ? _root : [.. _root, (byte)'/', .. path.Bytes];
}
