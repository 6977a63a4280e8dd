using Hostlock.Locks;

namespace Hostlock.Fetching.Folders;

/// <summary>The files of a <see cref="MountedTree"/>.</summary>
/// <param name="files">The files of the tree below.</param>
/// <param name="mounts">What lies where, by path.</param>
sealed class MountedFiles(TreeFiles files, IReadOnlyList<(string Path, TreeFiles Files)> mounts) : TreeFiles
{
    public override ValueTask<TreeItem?> FindAsync(string path, CancellationToken cancellationToken)
    {
        foreach (var (at, mounted) in mounts)
        {
            if (path == at || path.StartsWith($"{at}/", StringComparison.Ordinal))
                return mounted.FindAsync(path[Math.Min(path.Length, at.Length + 1)..], cancellationToken);
        }
        return mounts.Any(mount => mount.Path.StartsWith($"{path}/", StringComparison.Ordinal))
            ? ValueTask.FromResult<TreeItem?>(new TreeItem.Folder())
            : files.FindAsync(path, cancellationToken);
    }
}
