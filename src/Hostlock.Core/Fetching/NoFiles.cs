using Hostlock.Locks;
using Hostlock.Nar;

namespace Hostlock.Fetching;

/// <summary>No files, for a tree that is a single file, or that nobody looks into.</summary>
sealed class NoFiles : TreeFiles
{
    public override ValueTask<TreeItem?> FindAsync(TreePath path, CancellationToken cancellationToken) => default;
}
