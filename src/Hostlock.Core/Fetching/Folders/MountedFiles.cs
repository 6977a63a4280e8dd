using Hostlock.Locks;
using Hostlock.Nar;

namespace Hostlock.Fetching.Folders;

/// <summary>The files of a <see cref="MountedTree"/>.</summary>
/// <param name="files">The files of the tree itself.</param>
/// <param name="mounts">The other trees, and the paths they lie at.</param>
sealed class MountedFiles(TreeFiles files, IReadOnlyList<(TreePath Path, TreeFiles Files)> mounts) : TreeFiles
{
    public override ValueTask<TreeItem?> FindAsync(TreePath path, CancellationToken cancellationToken)
    {
        foreach (var (at, mounted) in mounts)
        {
            if (path.IsWithin(at))
                return mounted.FindAsync(path.Below(at), cancellationToken);
        }
        return mounts.Any(mount => mount.Path.IsWithin(path))
            ? ValueTask.FromResult<TreeItem?>(new TreeItem.Folder())
            : files.FindAsync(path, cancellationToken);
    }
}
