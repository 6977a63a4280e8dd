using System.Collections.Immutable;
using Hostlock.Fetching;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Checks;

/// <summary>A tree that locks pin, and that could not be fetched as locked.</summary>
/// <param name="Inputs">The inputs that pin it, at least one, in the order of the locks.</param>
/// <param name="Why">The failure.</param>
public sealed record FailedTree(ImmutableArray<(LockPlace Place, InputPath Path)> Inputs, HostlockException Why)
{
    /// <summary>True if the tree can be fetched, and is not the one that was locked.</summary>
    public bool IsOtherTree => Why is FetchException { IsOtherTree: true };

    /// <summary>Describes the failure as a problem.</summary>
    /// <param name="fix">The command that fixes it; null if no command does.</param>
    public Problem ToProblem(string? fix)
    {
        var (place, path) = Inputs[0];
        var others = Inputs.Select(input => input.Place.FullPath).Distinct().Count() - 1;
        return new(
            $"input '{path}' of {place.Name}{(others > 0 ? $" and {others} more" : "")}: {Why.Message}", place.RelativePath, null, fix)
        {
            Owner = place.Owner,
            Input = path.ToString(),
        };
    }
}

/// <summary>The result of fetching all locked trees again.</summary>
/// <param name="Failed">The trees that could not be fetched, in the order of the locks.</param>
public sealed record RefetchedTrees(ImmutableArray<FailedTree> Failed)
{
    /// <summary>Fetches each tree once, with a fetcher that remembers nothing of earlier runs.</summary>
    /// <param name="locks">The locks.</param>
    /// <param name="fetcherIn">Makes a fetcher that keeps its answers in a folder. The folder is deleted afterwards.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<RefetchedTrees> FetchAnewAsync(
        IReadOnlyList<LockStatus> locks, Func<string, FlakeFetcher> fetcherIn, CancellationToken cancellationToken)
    {
        using var anew = CacheFolder.Temporary();
        await using var fetcher = fetcherIn(anew.Path);
        return await FetchAsync(locks, fetcher, cancellationToken);
    }

    /// <summary>Fetches each tree once, however many locks pin it, and hashes it.</summary>
    /// <param name="locks">The locks.</param>
    /// <param name="source">Fetches the trees; it must remember nothing of earlier runs.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<RefetchedTrees> FetchAsync(
        IReadOnlyList<LockStatus> locks, IFlakeSource source, CancellationToken cancellationToken)
    {
        var pinned = from status in locks
                     where status.Lock is not null
                     from input in status.Lock!.AllInputs()
                     let locked = (input.Edge as LockEdge.Locked)?.Node.Locked
                     where locked is { IsRelativePath: false, NarHash: not null }
                     group (status.Place, input.Path) by locked.With(directory: "");
        var failed = await Task.WhenAll(pinned.ToList().Select(async tree =>
        {
            try
            {
                await source.FetchAsync(tree.Key, RegistryScope.Limited, cancellationToken);
                return null;
            }
            catch (HostlockException why)
            {
                return new FailedTree([.. tree], why);
            }
        }));
        return new([.. failed.OfType<FailedTree>()]);
    }
}
