using Hostlock.Fetching;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Platform;

namespace Hostlock.Machines.Systems;

/// <summary>Remembers which system the files of a commit make. Files of one tree make one system, whatever commit has them.</summary>
/// <param name="processes">Runs git.</param>
/// <param name="folder">The fleet.</param>
/// <param name="cache">Keeps it.</param>
public sealed class KnownSystems(IProcessRunner processes, FleetFolder folder, MachineCache cache)
{
    const string CacheKind = "systems";

    /// <summary>The tree from which configurations are made; null if it is not known.</summary>
    /// <param name="commit">The commit; null for the files as they are now.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<string?> TreeAsync(Revision? commit, CancellationToken cancellationToken)
    {
        if (GitWorkTreeFiles.Around(processes, folder.Path)?.Root is not { } root)
            return null;
        try
        {
            // The files of a submodule may differ from those of its commit.
            if (Path.Exists(Path.Combine(root, ".gitmodules")))
                return null;
            var committed = commit is { } id
                ? await CommittedTree.OfAsync(processes, root, id, cancellationToken)
                : await CommittedTree.OfAsync(processes, root, cancellationToken);
            return committed is null ? null : $"{committed.Tree} {Path.GetRelativePath(root, folder.Path)}";
        }
        catch (FetchException)
        {
            return null;
        }
    }

    /// <summary>The system that a configuration is known to make; null if none is known.</summary>
    /// <param name="lockPath">The lock of its host.</param>
    /// <param name="configuration">Its attribute path.</param>
    /// <param name="tree">The tree, as <see cref="TreeAsync"/> names it; null if it is not known.</param>
    /// <returns>The system, and the platform that it is built on, which is empty if that is not known.</returns>
    public (StorePath System, string Platform)? Find(string lockPath, string configuration, string? tree) =>
        tree is not null && cache.Find(CacheKind, KeyOf(lockPath, configuration, tree)) is { } kept
            && kept.Split(' ') is [var path, .. var platform] && StorePath.TryParse(path) is { } system
                ? (system, platform is [var word] ? word : "")
                : null;

    /// <summary>Remembers the system that a configuration makes.</summary>
    /// <param name="lockPath">The lock of its host.</param>
    /// <param name="configuration">Its attribute path.</param>
    /// <param name="tree">The tree.</param>
    /// <param name="system">The system.</param>
    /// <param name="platform">The platform that it is built on; empty if that is not known.</param>
    public void Keep(string lockPath, string configuration, string tree, StorePath system, string platform = "") =>
        cache.Keep(CacheKind, KeyOf(lockPath, configuration, tree), platform.Length == 0 ? $"{system}" : $"{system} {platform}");

    static string KeyOf(string lockPath, string configuration, string tree) =>
        $"{tree}\n{lockPath}\n{SystemEvaluation.AttributeOf(configuration)}";
}
