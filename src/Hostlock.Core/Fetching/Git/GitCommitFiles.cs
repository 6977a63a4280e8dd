using System.Text;
using Hostlock.Fetching.Git.Objects;
using Hostlock.Locks;
using Hostlock.Nar;

namespace Hostlock.Fetching.Git;

/// <summary>The files of a commit, for locking. Only the folders on the way to a file are read.</summary>
/// <param name="repository">The repository.</param>
/// <param name="tree">The id of the commit's tree.</param>
sealed class GitCommitFiles(GitRepository repository, string tree) : TreeFiles
{
    public override async ValueTask<TreeItem?> FindAsync(TreePath path, CancellationToken cancellationToken)
    {
        using (var stored = repository.OpenStored())
        {
            if (TryFind(path, id => GitTree.StoredFolder(stored, id, repository.Url), id => Blob(stored, id), out var item))
                return item;
        }
        return await repository.UseAsync(
            objects => TryFind(
                path,
                id => GitTree.AskFolder(objects, id, repository.Url),
                id => Blob(objects, id) ?? throw FetchException.BadObject(repository.Url, id),
                out var item)
                ? item
                : null,
            cancellationToken);
    }

    /// <summary>The beginning of a file, as far as it is read for locking, out of git's files; null if git is to be asked.</summary>
    public static byte[]? Blob(StoredObjects objects, string id) => objects.Read(id, "blob", LockFileReader.MaximumBytes);

    /// <summary>The same by git; null if there is no such object.</summary>
    public static byte[]? Blob(GitObjects objects, string id) => objects.FindBeginning(id, LockFileReader.MaximumBytes + 1)?.Beginning;

    /// <summary>A file or link of a tree, for locking.</summary>
    public static TreeItem Item(GitTree.Entry entry, byte[] contents) =>
        entry.Kind == TreeEntryKind.Link ? new TreeItem.Link(Encoding.UTF8.GetString(contents)) : new TreeItem.File(contents);

    // False if a folder or the file cannot be read.
    bool TryFind(TreePath path, Func<string, GitTree.Entry[]?> read, Func<string, byte[]?> blob, out TreeItem? item)
    {
        item = null;
        if (!new GitFolders().TryFind(tree, path, read, out var entry))
            return false;
        if (entry is null or { Kind: TreeEntryKind.Folder })
        {
            item = entry is null ? null : new TreeItem.Folder();
            return true;
        }
        if (blob(entry.Id) is not { } contents)
            return false;
        item = Item(entry, contents);
        return true;
    }
}
