using Hostlock.Locks;
using Hostlock.Nar;

namespace Hostlock.Fleets.Changes;

/// <summary>A file of a flake as it would be after an edit.</summary>
/// <param name="Path">Relative to the flake.</param>
/// <param name="Contents">Its new contents.</param>
public sealed record EditedFile(string Path, ReadOnlyMemory<byte> Contents);

/// <summary>The files of a tree as they would be after an edit of one of them.</summary>
/// <param name="files">The files as they are.</param>
/// <param name="path">The edited file.</param>
/// <param name="contents">Its new contents.</param>
sealed class EditedFiles(TreeFiles files, TreePath path, ReadOnlyMemory<byte> contents) : TreeFiles
{
    public override ValueTask<TreeItem?> FindAsync(TreePath at, CancellationToken cancellationToken) =>
        at == path ? ValueTask.FromResult<TreeItem?>(new TreeItem.File(contents)) : files.FindAsync(at, cancellationToken);

    public override async ValueTask<TreeFiles> WithSubmodulesAsync(CancellationToken cancellationToken) =>
        new EditedFiles(await files.WithSubmodulesAsync(cancellationToken), path, contents);
}
