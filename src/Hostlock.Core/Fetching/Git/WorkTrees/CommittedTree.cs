using Hostlock.Flakes;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git.WorkTrees;

/// <summary>The commit whose files a work tree has, unchanged.</summary>
/// <param name="Commit">The id of the commit.</param>
/// <param name="Tree">The id of its tree.</param>
public sealed record CommittedTree(Revision Commit, string Tree)
{
    /// <summary>
    /// Finds the commit of a work tree; null if a file that git knows was changed, as Nix judges it, or nothing is committed.
    /// </summary>
    /// <param name="processes">The seam to git.</param>
    /// <param name="root">The folder of the work tree.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The folder is no work tree, or git does not trust it.</exception>
    public static async Task<CommittedTree?> OfAsync(IProcessRunner processes, string root, CancellationToken cancellationToken)
    {
        using var repository = Open(processes, root);
        await repository.TrustAsync(cancellationToken);
        var state = await GitWorkTreeState.ReadAsync(repository, cancellationToken);
        return state is { IsDirty: false, Commit: { } commit } ? new(commit.Id, commit.Tree) : null;
    }

    /// <summary>Finds the tree of a commit; null if the repository does not have the commit.</summary>
    /// <param name="processes">The seam to git.</param>
    /// <param name="root">The folder of the work tree.</param>
    /// <param name="commit">The id of the commit.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The folder is no work tree, or git does not trust it.</exception>
    public static async Task<CommittedTree?> OfAsync(
        IProcessRunner processes, string root, Revision commit, CancellationToken cancellationToken)
    {
        using var repository = Open(processes, root);
        return await repository.CommitAsync(commit.ToString(), cancellationToken) is { } found ? new(found.Id, found.Tree) : null;
    }

    /// <summary>True if a branch of another repository has the commit, as far as is known here.</summary>
    /// <param name="processes">The seam to git.</param>
    /// <param name="root">The folder of the work tree.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The folder is no work tree, or git fails.</exception>
    public async Task<bool> IsPushedAsync(IProcessRunner processes, string root, CancellationToken cancellationToken)
    {
        using var repository = Open(processes, root);
        var finished = await repository.RunAsync(
            cancellationToken, "for-each-ref", "--count=1", "--format=%(refname)", $"--contains={Commit}", "refs/remotes");
        return finished.Succeeded
            ? finished.Output.Length > 0
            : throw FetchException.GitFailed(repository.Url, "read the branches of", finished.Errors.Trim());
    }

    static GitRepository Open(IProcessRunner processes, string root) =>
        new(processes, GitPlace.OfWorkTree(root) ?? throw FetchException.NotARepository(root), root);
}
