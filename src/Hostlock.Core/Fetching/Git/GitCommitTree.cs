using Hostlock.Fetching.Folders;
using Hostlock.Locks;
using Hostlock.Nar;

namespace Hostlock.Fetching.Git;

/// <summary>The tree of a commit, with all names read, and the trees of its submodules.</summary>
/// <param name="Found">The commit.</param>
/// <param name="Tree">The tree of the commit itself.</param>
/// <param name="Submodules">The trees of its submodules, by path.</param>
sealed record GitCommitTree(FoundCommit Found, GitTree Tree, IReadOnlyList<(TreePath Path, GitCommitTree Tree)> Submodules)
{
    /// <summary>The files, for locking.</summary>
    public TreeFiles Files
    {
        get
        {
            var files = new GitTreeFiles(Found.Repository, Tree);
            return Submodules.Count == 0 ? files : new MountedFiles(files, [.. Submodules.Select(below => (below.Path, below.Tree.Files))]);
        }
    }

    /// <summary>Hashes the tree of a commit without its submodules.</summary>
    /// <exception cref="FetchException">An object is missing or damaged.</exception>
    public static async Task<NarHash> HashAsync(FoundCommit found, CancellationToken cancellationToken)
    {
        // A small tree that git's files do not give is read through the process that others use too. A large one gets a process of its own,
        // so that nobody waits for it.
        var repository = found.Repository;
        if (await Task.Run(() => GitTree.TryHashStored(repository, found.Commit.Tree, cancellationToken), cancellationToken) is { } stored)
            return stored;
        var (tree, hash) = await repository.UseAsync(
            objects =>
            {
                var tree = GitTree.Read(objects, found.Commit.Tree, repository.Url);
                return (tree, tree.IsSmall ? tree.Hash(objects, cancellationToken) : null);
            },
            cancellationToken);
        return hash ?? await new GitCommitTree(found, tree, []).HashAsync(cancellationToken);
    }

    /// <summary>Hashes the whole tree. The contents of each repository come from a process of its own.</summary>
    /// <exception cref="FetchException">An object is missing or damaged.</exception>
    public async Task<NarHash> HashAsync(CancellationToken cancellationToken)
    {
        var processes = new List<GitObjects>();
        var asking = new List<Task>();
        try
        {
            var tree = Start(this);
            var hash = await Task.Run(() => NarHash.Of(tree, cancellationToken), cancellationToken);
            await Task.WhenAll(asking);
            foreach (var process in processes)
                await process.LastWordsAsync(cancellationToken);
            return hash;
        }
        catch (EndOfStreamException)
        {
            throw FetchException.GitFailed(Found.Repository.Url, "read the files of", await processes[0].LastWordsAsync(cancellationToken));
        }
        finally
        {
            foreach (var process in processes)
                await process.DisposeAsync();
        }

        SourceTree Start(GitCommitTree one)
        {
            var objects = one.Found.Repository.StartObjects();
            processes.Add(objects);
            asking.Add(one.Tree.TakeContentsFrom(objects, cancellationToken));
            return one.Submodules.Count == 0
                ? one.Tree
                : new MountedTree(one.Tree, one.Submodules.Select(below => (below.Path, Start(below.Tree))));
        }
    }
}
