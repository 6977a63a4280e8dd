using System.Text;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git.WorkTrees;

/// <summary>
/// Finds the files of a work tree whose contents are in no commit yet. The files of the repository tell it; git is started only if
/// something is staged and the trees of HEAD are packed, or if its index is of a kind that it alone reads.
/// </summary>
public static class UncommittedFiles
{
    const int MaximumTree = 16 * 1024 * 1024;

    /// <summary>Those of some files that the commit of HEAD does not have as they lie there. Files that git could not merge, and files of
    /// submodules, are not judged.</summary>
    /// <param name="processes">The seam to git.</param>
    /// <param name="root">The folder of the work tree.</param>
    /// <param name="files">Paths from the root, as git knows the files; each exists.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The repository cannot be read.</exception>
    public static async Task<IReadOnlySet<string>> AmongAsync(
        IProcessRunner processes, string root, IReadOnlyCollection<string> files, CancellationToken cancellationToken)
    {
        var place = GitPlace.OfWorkTree(root) ?? throw FetchException.NoRepository(root);
        using var repository = new GitRepository(processes, place, root);
        var found = new HashSet<string>(StringComparer.Ordinal);
        var known = await KnownAsync(repository, files, cancellationToken);
        foreach (var (file, state) in known.Files.Where(file => !file.Value.IsAsInIndex))
            found.Add(file);
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

    /// <summary>What the index says of files.</summary>
    /// <param name="Files">By path, the id of the staged blob, null if there is none, and whether the file on disk is that blob.</param>
    /// <param name="MayBeStaged">True if the index may differ from the commit of HEAD.</param>
    sealed record Indexed(Dictionary<string, (string? Id, bool IsAsInIndex)> Files, bool MayBeStaged);

    static async Task<Indexed> KnownAsync(
        GitRepository repository, IReadOnlyCollection<string> files, CancellationToken cancellationToken)
    {
        var known = files.ToDictionary(file => file, _ => ((string?)null, false), StringComparer.Ordinal);
        var root = Encoding.UTF8.GetBytes(repository.Place.WorkTree!);
        var wanted = files.ToDictionary(TreePath.Parse, file => file);
        if (GitIndex.Read(repository.Place) is not { } index)
        {
            foreach (var line in await GitListing.OfAsync(repository, cancellationToken))
                Add(line.Path, line.Stage == 0, line.IsSubmodule, () => (line.Id, IsBlob(line.Path, line.Id)));
            return new(known, MayBeStaged: true);
        }
        foreach (var entry in index.Entries)
            Add(
                entry.Path,
                entry.Stage == 0,
                entry.IsSubmodule,
                () => !entry.IsPlain ? (null, false)
                    : (entry.Id, entry.IsAssumed || GitWorkTreeState.IsAsInIndex(entry, FullPath(entry.Path), index)));
        return new(known, await MayBeStagedAsync(repository, index, cancellationToken));

        void Add(TreePath path, bool isMerged, bool isSubmodule, Func<(string?, bool)> state)
        {
            if (isSubmodule)
            {
                foreach (var inside in wanted.Where(file => file.Key.IsWithin(path)))
                    known.Remove(inside.Value);
            }
            else if (wanted.TryGetValue(path, out var file))
            {
                if (isMerged)
                    known[file] = state();
                else
                    known.Remove(file);
            }
        }

        bool IsBlob(TreePath path, string id)
        {
            using var contents = UnixFiles.Open(FullPath(path));
            return GitBlobId.Of(contents) == id;
        }

        byte[] FullPath(TreePath path) => [.. root, (byte)'/', .. path.Bytes];
    }

    // git keeps the id of the tree in the index as long as nothing is staged. The commit is packed only some time after it was made, so
    // that such an index is taken for its tree then.
    static async Task<bool> MayBeStagedAsync(GitRepository repository, GitIndex index, CancellationToken cancellationToken)
    {
        if (index.Tree is not { } tree)
            return true;
        if (repository.Place.HeadCommit is { } head)
            return GitCommit.Loose(repository.Place, head) is { } commit && commit.Tree != tree;
        return (await HeadAsync(repository, cancellationToken))?.Tree != tree;
    }

    // Null before the first commit. HEAD names a branch that does not exist then, unless git keeps its refs in a format of its own.
    static async Task<GitCommit?> HeadAsync(GitRepository repository, CancellationToken cancellationToken)
    {
        var place = repository.Place;
        if (place.HeadCommit is { } id && GitCommit.Loose(place, id) is { } loose)
            return loose;
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
        return Find(id => LooseObject.Read(repository.Place, id, "tree", MaximumTree) is { } bytes
                ? GitTree.ParseFolder(bytes, id, repository.Url)
                : null)
            ?? (await repository.UseAsync(
                objects => Find(id =>
                {
                    objects.Ask(id);
                    objects.Send();
                    return GitTree.ReadFolder(objects, id, repository.Url);
                }),
                cancellationToken))!;

        // Null if a folder cannot be read.
        Dictionary<TreePath, string>? Find(Func<string, GitTree.Entry[]?> read)
        {
            var folders = new Dictionary<TreePath, Dictionary<ByteName, GitTree.Entry>?>();
            var found = new Dictionary<TreePath, string>();
            foreach (var file in files)
            {
                if (!TryOpen(file.Folder, out var folder))
                    return null;
                if (folder?.GetValueOrDefault(file.Name) is { Kind: not TreeEntryKind.Folder } entry)
                    found[file] = entry.Id;
            }
            return found;

            // False if it cannot be read; the folder is null if the commit does not have it.
            bool TryOpen(TreePath path, out Dictionary<ByteName, GitTree.Entry>? folder)
            {
                if (folders.TryGetValue(path, out folder))
                    return true;
                string? id = head.Tree;
                if (!path.IsRoot)
                {
                    if (!TryOpen(path.Folder, out var above))
                        return false;
                    id = above?.GetValueOrDefault(path.Name) is { Kind: TreeEntryKind.Folder, IsSubmodule: false } inner ? inner.Id : null;
                }
                if (id is not null)
                {
                    if (read(id) is not { } entries)
                        return false;
                    folder = entries.ToDictionary(entry => entry.Name);
                }
                folders[path] = folder;
                return true;
            }
        }
    }
}
