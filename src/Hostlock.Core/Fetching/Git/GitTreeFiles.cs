using Hostlock.Locks;
using Hostlock.Nar;

namespace Hostlock.Fetching.Git;

/// <summary>The files of a commit, with all names read, for locking.</summary>
/// <param name="repository">The repository.</param>
/// <param name="tree">The tree of the commit.</param>
sealed class GitTreeFiles(GitRepository repository, GitTree tree) : TreeFiles
{
    public override async ValueTask<TreeItem?> FindAsync(TreePath path, CancellationToken cancellationToken)
    {
        if (tree.Find(path) is not { } entry)
            return null;
        if (entry.Kind == TreeEntryKind.Folder)
            return new TreeItem.Folder();
        using (var stored = repository.OpenStored())
        {
            if (GitCommitFiles.Blob(stored, entry.Id) is { } contents)
                return GitCommitFiles.Item(entry, contents);
        }
        return GitCommitFiles.Item(
            entry,
            await repository.UseAsync(objects => GitCommitFiles.Blob(objects, entry.Id), cancellationToken)
            ?? throw FetchException.BadObject(repository.Url, entry.Id));
    }
}
