using Hostlock.Locks;
using Hostlock.Nar;

namespace Hostlock.Fetching;

/// <summary>The files in a tree that is a single file, or that nobody looks into: none.</summary>
sealed class NoFiles : TreeFiles
{
    public override ValueTask<TreeItem?> FindAsync(TreePath path, CancellationToken cancellationToken) => default;
}
