using System.Text;
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
        var found = await repository.UseAsync(
                objects => objects.FindBeginning(entry.Id, LockFileReader.MaximumBytes + 1), cancellationToken)
            ?? throw FetchException.BadObject(repository.Url, entry.Id);
        return entry.Kind == TreeEntryKind.Link
            ? new TreeItem.Link(Encoding.UTF8.GetString(found.Beginning))
            : new TreeItem.File(found.Beginning);
    }
}
