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
                return new TreeItem.File(Read(at, Math.Min(status.Size, LockFileReader.MaximumBytes + 1)));
            case null:
                return null;
            default:
                return new TreeItem.Other();
        }
    }

    static ReadOnlyMemory<byte> Read(byte[] at, long most)
    {
        try
        {
            using var file = UnixFiles.Open(at);
            var contents = new byte[most];
            return contents.AsMemory(0, file.ReadAtLeast(contents, contents.Length, throwOnEndOfStream: false));
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotRead(Encoding.UTF8.GetString(at), why);
        }
    }

    byte[] At(TreePath path) => path.IsRoot ? _root : [.. _root, (byte)'/', .. path.Bytes];
}
