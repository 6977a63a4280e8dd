using Hostlock.Fetching.Git;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Platform;

namespace Hostlock.Fleets.History;

/// <summary>The commit of a flake, and whether its files differ from that.</summary>
/// <param name="Commit">The commit of HEAD; null before the first commit.</param>
/// <param name="CommittedAt">When it was made; null before the first commit.</param>
/// <param name="Branch">The branch; null if HEAD is at no branch.</param>
/// <param name="IsDirty">True if a file that git knows differs from the commit.</param>
public sealed record RepositoryState(Revision? Commit, Moment? CommittedAt, string? Branch, bool IsDirty)
{
    const string Branches = "refs/heads/";

    /// <summary>Reads the state of the repository around a fleet; null if the fleet is in none.</summary>
    /// <param name="processes">The seam to git.</param>
    /// <param name="folder">The fleet.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The repository cannot be read, or git does not trust it.</exception>
    public static async Task<RepositoryState?> OfAsync(
        IProcessRunner processes, FleetFolder folder, CancellationToken cancellationToken)
    {
        if (GitWorkTreeFiles.Around(processes, folder.Path)?.Root is not { } root || GitPlace.OfWorkTree(root) is not { } place)
            return null;
        using var repository = new GitRepository(processes, place, root);
        await repository.TrustAsync(cancellationToken);
        var state = await GitWorkTreeState.ReadAsync(repository, cancellationToken);
        var head = await repository.HeadAsync(cancellationToken) ?? "";
        var branch = head.StartsWith(Branches, StringComparison.Ordinal) ? head[Branches.Length..] : null;
        return new(state.Commit?.Id, state.Commit?.Time, branch, state.IsDirty);
    }
}
