using System.Security.Cryptography;
using System.Text;
using Hostlock.Flakes;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets.Bisecting;

/// <summary>
/// Finds which input broke a host, and which revision of it, by trying locks between a good one and a bad one in place of the host's own.
/// No other hostlock may write to the fleet meanwhile.
/// </summary>
/// <param name="processes">Runs the user's command and git.</param>
/// <param name="folder">The fleet.</param>
/// <param name="watcher">Is told the steps.</param>
public sealed class BisectRun(IProcessRunner processes, FleetFolder folder, IBisectWatcher watcher)
{
    /// <summary>Reads the good and the bad lock.</summary>
    public required LockVersions Versions { get; init; }

    /// <summary>Makes the source that follows references, if revisions are searched.</summary>
    public required Func<IFlakeSource> Source { get; init; }

    /// <summary>The folder for the verdicts of tries, absolute.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>Searches. A search that was interrupted goes on from its verdicts.</summary>
    /// <exception cref="HostlockException">The good lock is not good, the bad lock is not bad, or a lock cannot be read.</exception>
    public async Task<BisectResult> FindAsync(BisectRequest request, CancellationToken cancellationToken)
    {
        var (place, command) = (request.Place, request.Command);
        using var reserved = folder.Reserve();
        var memory = Path.Combine(CacheFolder, "bisect", Name(folder.Path, place.Name));
        var trial = new LockTrial(processes, folder, place, $"{memory}.lock");
        trial.End(); // clears up after a run that was killed
        var good = await Versions.ReadAsync(request.Good, cancellationToken);
        var bad = request.Bad is null ? HostLocks.ReadExisting(place) : await Versions.ReadAsync(request.Bad, cancellationToken);
        var bisection = new Bisection(place, good, bad, $"{memory}-{Name(LockDigest.Of(good).Hex, LockDigest.Of(bad).Hex, command)}.json");
        if (bisection.Suspects.Count == 0)
            return new([], null, null);
        watcher.Suspected(bisection.Suspects);
        trial.Begin();
        try
        {
            var culprits = await bisection.FindAsync(TellAsync, watcher.Tried);
            watcher.Blamed(culprits, LockDiff.Between(good, bisection.With(culprits)));
            var result = new BisectResult(culprits, null, RevisionOf(good, culprits[0]));
            if (culprits.Length == 1 && !request.StopsAtInput)
                result = await WithRevisionsAsync(result, bisection, place, (good, bad), TellAsync, cancellationToken);
            bisection.Forget();
            return result;
        }
        finally
        {
            trial.End();
        }

        Task<Verdict> TellAsync() => trial.RunAsync(command, watcher.Said, cancellationToken);
    }

    // Searches the revisions of the culprit. If they tell no more than the locks do, the result is returned unchanged.
    async Task<BisectResult> WithRevisionsAsync(
        BisectResult result, Bisection bisection, LockPlace place, (LockFile Good, LockFile Bad) locks, Func<Task<Verdict>> tellAsync,
        CancellationToken cancellationToken)
    {
        var input = result.Culprits[0];
        var path = InputPath.Of(input);
        if (locks.Good.EdgeAt(path) is not LockEdge.Locked(var old)
            || locks.Bad.EdgeAt(path) is not LockEdge.Locked(var now)
            || !old.Original.Equals(now.Original))
            return result;
        var source = Source();
        IReadOnlyList<NewestRevision> revisions;
        try
        {
            revisions = await source.BetweenAsync(old.Locked, now.Locked, cancellationToken);
        }
        catch (HostlockException why)
        {
            watcher.Warned(new($"the revisions of '{input}' are not looked through: {why.Message}"));
            return result;
        }
        if (revisions.Count < 2)
            return result;
        watcher.FoundRevisions(input, revisions.Count);
        var update = HostUpdate.Of(folder, source, processes);
        var found = await bisection.FindRevisionAsync(
            revisions, LockAsync, tellAsync, (revision, verdict) => watcher.TriedRevision(input, revision, verdict));
        return result with { Revisions = found, LastGood = found.LastGood?.Id.ToString() ?? result.LastGood, Locked = now.Locked };

        async Task<LockFile> LockAsync(NewestRevision revision)
        {
            HostLocks.Write(place, locks.Good);
            var request = new UpdateRequest.Move(new MovedInputs.To(path, revision.Id.ToString())) { AllowsDowngrade = true };
            return (await update.PlanAsync([place with { Frozen = NameMap<Freeze>.Empty }], request, cancellationToken))[0] switch
            {
                // The entry keeps the declared reference as its original; only the search asked for this revision.
                LockOutcome.Planned(var planned) => planned.After,
                LockOutcome.Failed(_, var why) => throw why,
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }
    }

    static string? RevisionOf(LockFile file, string input) => (file.EdgeAt(InputPath.Of(input)) as LockEdge.Locked)?.Node.Locked.Revision;

    static string Name(params string[] parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))))[..32];
}
