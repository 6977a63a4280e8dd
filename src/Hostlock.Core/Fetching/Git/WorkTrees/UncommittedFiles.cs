using System.Text;
using Hostlock.Fetching.Git.Objects;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git.WorkTrees;

/// <summary>
/// Finds the files of a work tree whose contents are in no commit yet. It reads the files of the repository, and starts git only for those
/// that git alone can read.
/// </summary>
public static class UncommittedFiles
{
    /// <summary>The files, among some, that differ from those in the commit of HEAD. Files that git could not merge, and files of
    /// submodules, are not judged.</summary>
    /// <param name="tree">The work tree.</param>
    /// <param name="files">Paths from the root, as git knows the files; each exists.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The repository cannot be read.</exception>
    public static async Task<IReadOnlySet<string>> AmongAsync(
        GitWorkTreeFiles tree, IReadOnlyCollection<string> files, CancellationToken cancellationToken)
    {
        using var repository = tree.OpenRepository();
        var found = new HashSet<string>(StringComparer.Ordinal);
        var known = await KnownAsync(repository, tree, files, cancellationToken);
        foreach (var (file, state) in known.Files)
        {
            if (!state.IsAsInIndex)
                found.Add(file);
        }
        if (!known.MayBeStaged)
            return found;
        var committed = await CommittedAsync(repository, [.. known.Files.Keys.Select(TreePath.Parse)], cancellationToken);
        foreach (var (file, state) in known.Files)
        {
            if (committed.GetValueOrDefault(TreePath.Parse(file)) != state.Id)
                found.Add(file);
        }
        return found;
    }

    /// <summary>The entries of the index for files.</summary>
    /// <param name="Files">By path, the id of the staged blob, null if there is none, and whether the file on disk is that blob.</param>
    /// <param name="MayBeStaged">True if the index may differ from the commit of HEAD.</param>
    sealed record Indexed(Dictionary<string, (string? Id, bool IsAsInIndex)> Files, bool MayBeStaged);

    static async Task<Indexed> KnownAsync(
        GitRepository repository, GitWorkTreeFiles tree, IReadOnlyCollection<string> files, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, (string?, bool)>(files.Count, StringComparer.Ordinal);
        var root = Encoding.UTF8.GetBytes(tree.Root);
        if (tree.Index is not { } index)
        {
            var listed = (await tree.ListingAsync(cancellationToken)).ToLookup(line => line.Path);
            foreach (var file in files)
            {
                var path = TreePath.Parse(file);
                if (path.Folders.Append(path).Any(step => listed[step].Any(line => line.IsSubmodule)))
                    continue;
                if (!listed[path].Any())
                    known[file] = (null, false);
                else if (listed[path].First() is { Stage: 0, Id: var id })
                    known[file] = (id, IsBlob(path, id));
            }
            return new(known, MayBeStaged: true);
        }
        foreach (var file in files)
        {
            var path = TreePath.Parse(file);
            if (index.Find(path) is not { } entry)
            {
                if (!path.Folders.Any(step => index.Find(step) is { IsSubmodule: true }))
                    known[file] = (null, false);
            }
            else if (entry is { Stage: 0, IsSubmodule: false })
            {
                known[file] = entry.IsPlain
                    ? (entry.Id, entry.IsAssumed || GitWorkTreeState.IsAsInIndex(entry, FullPath(path), index))
                    : (null, false);
            }
        }
        return new(known, await MayBeStagedAsync(repository, index, cancellationToken));

        bool IsBlob(TreePath path, string id)
        {
            using var contents = UnixFiles.Open(FullPath(path));
            return ObjectId.OfBlob(contents) == id;
        }

        byte[] FullPath(TreePath path) => [.. root, (byte)'/', .. path.Bytes];
    }

    // git keeps the id of the tree in the index as long as nothing is staged. If the commit cannot be read without git, the tree of such an
    // index is taken for that of the commit.
    static async Task<bool> MayBeStagedAsync(GitRepository repository, GitIndex index, CancellationToken cancellationToken)
    {
        if (index.Tree is not { } tree)
            return true;
        if (repository.Place.HeadCommit is { } head)
            return repository.Stored(head) is { } commit && commit.Tree != tree;
        return (await HeadAsync(repository, cancellationToken))?.Tree != tree;
    }

    // Null before the first commit. HEAD names a branch that does not exist then, unless git keeps its refs in a format of its own.
    static async Task<GitCommit?> HeadAsync(GitRepository repository, CancellationToken cancellationToken)
    {
        var place = repository.Place;
        if (place.HeadCommit is { } id && repository.Stored(id) is { } stored)
            return stored;
        return place is { HeadCommit: null, Head: not (null or "refs/heads/.invalid") }
            ? null
            : await repository.CommitAsync("HEAD", cancellationToken);
    }

    // The ids of the blobs that the commit of HEAD has at some paths.
    static async Task<Dictionary<TreePath, string>> CommittedAsync(
        GitRepository repository, IReadOnlyCollection<TreePath> files, CancellationToken cancellationToken)
    {
        if (await HeadAsync(repository, cancellationToken) is not { } head)
            return [];
        using var stored = repository.OpenStored();
        return Find(id => GitTree.StoredFolder(stored, id, repository.Url))
            ?? (await repository.UseAsync(
                objects => Find(id => GitTree.AskFolder(objects, id, repository.Url)),
                cancellationToken))!;

        // Null if a folder cannot be read.
        Dictionary<TreePath, string>? Find(Func<string, GitTree.Entry[]?> read)
        {
            var folders = new GitFolders();
            var found = new Dictionary<TreePath, string>();
            foreach (var file in files)
            {
                if (!folders.TryFind(head.Tree, file, read, out var entry))
                    return null;
                if (entry is { Kind: not TreeEntryKind.Folder })
                    found[file] = entry.Id;
            }
            return found;
        }
    }
}
