using System.Text;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fetching.Folders;

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
