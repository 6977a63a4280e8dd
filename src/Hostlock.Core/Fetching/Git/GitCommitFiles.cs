using System.Text;
using Hostlock.Locks;
using Hostlock.Nar;

namespace Hostlock.Fetching.Git;

/// <summary>The files of a commit, for locking. Only the folders on the way to a file are read.</summary>
/// <param name="repository">The repository.</param>
/// <param name="tree">The id of the commit's tree.</param>
sealed class GitCommitFiles(GitRepository repository, string tree) : TreeFiles
{
    public override async ValueTask<TreeItem?> FindAsync(TreePath path, CancellationToken cancellationToken) =>
        await repository.UseAsync(objects => Find(objects, path), cancellationToken);

    TreeItem? Find(GitObjects objects, TreePath path)
    {
        List<ByteName> names = [.. path.Names];
        var id = tree;
        for (var i = 0; i < names.Count; i++)
        {
            objects.Ask(id);
            objects.Send();
            var entry = GitTree.Child(GitTree.ReadFolder(objects, id, repository.Url), names[i]);
            switch (entry)
            {
                case null:
                    return null;
                case { IsSubmodule: true }:
                    return i == names.Count - 1 ? new TreeItem.Folder() : null;
                case { Kind: TreeEntryKind.Folder }:
                    id = entry.Id;
                    continue;
                default:
                    return i == names.Count - 1 ? Item(objects, entry) : null;
            }
        }
        return new TreeItem.Folder();
    }

    TreeItem Item(GitObjects objects, GitTree.Entry entry)
    {
        var found = objects.FindBeginning(entry.Id, LockFileReader.MaximumBytes + 1)
            ?? throw FetchException.BadObject(repository.Url, entry.Id);
        return entry.Kind == TreeEntryKind.Link
            ? new TreeItem.Link(Encoding.UTF8.GetString(found.Beginning))
            : new TreeItem.File(found.Beginning);
    }
}
