using Hostlock.Flakes;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets.Bisecting;

/// <summary>
/// Finds which input broke a host, and which revision of it, by trying locks between a good one and a bad one. They are tried in a copy of
/// the flake: no file of the user changes.
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

    /// <summary>The folder for open searches, absolute.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>
    /// Searches. A search that is broken off, by an error or otherwise, stays open and goes on from its verdicts.
    /// </summary>
    /// <exception cref="HostlockException">The good lock is not good, the bad lock is not bad, a lock cannot be read, no search is open
    /// that could go on, or another run is at it.</exception>
    public async Task<BisectResult> FindAsync(BisectRequest request, CancellationToken cancellationToken)
    {
        var search = OpenSearch.Of(CacheFolder, folder.Path, request.Place);
        if (request is BisectRequest.Resume && !search.IsOpen)
            throw FleetException.NoBisect(request.Place);
        using var held = search.TryHold() ?? throw FleetException.BisectRuns(request.Place);
        var locks = request switch
        {
            BisectRequest.Resume(var host) => search.Read() ?? throw FleetException.NoBisect(host),
            BisectRequest.Begin begin => new(
                await Versions.ReadAsync(begin.Good, cancellationToken),
                begin.Bad is null ? HostLocks.ReadExisting(begin.Place) : await Versions.ReadAsync(begin.Bad, cancellationToken),
                begin.Command,
                begin.StopsAtInput),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        if (search.Begin(locks) is { } givenUp)
            watcher.GaveUp(givenUp.Command);
        try
        {
            var result = await FindAsync(search, locks, request.Place.Owner, cancellationToken);
            search.End();
            return result;
        }
        catch (FleetException why) when (why.IsRefusal)
        {
            search.End();
            throw;
        }
    }

    /// <summary>Ends the open search of a host without an answer.</summary>
    /// <exception cref="FleetException">None is open, or another run is at it.</exception>
    public void Abandon(LockPlace place)
    {
        var search = OpenSearch.Of(CacheFolder, folder.Path, place);
        if (!search.IsOpen)
            throw FleetException.NoBisect(place);
        using var held = search.TryHold() ?? throw FleetException.BisectRuns(place);
        search.End();
    }

    async Task<BisectResult> FindAsync(OpenSearch search, SearchedLocks locks, LockOwner owner, CancellationToken cancellationToken)
    {
        try
        {
            var copy = (await FlakeCopy.MakeAsync(processes, folder, search.Copy, cancellationToken)).Folder;
            var place = copy.PlaceOf(owner);
            var trial = new LockTrial(processes, folder, copy, place);
            var bisection = new Bisection(place, locks.Good, locks.Bad, search.Verdicts);
            if (bisection.Suspects.Count == 0)
                return new([], null, null);
            watcher.Suspected(bisection.Suspects);
            var culprits = await bisection.FindAsync(TellAsync, watcher.Tried);
            watcher.Blamed(culprits, LockDiff.Between(locks.Good, bisection.With(culprits)));
            var result = new BisectResult(culprits, null, RevisionOf(locks.Good, culprits[0]));
            return culprits.Length == 1 && !locks.StopsAtInput
                ? await WithRevisionsAsync(result, bisection, (copy, place), locks, TellAsync, cancellationToken)
                : result;

            Task<Verdict> TellAsync() => trial.RunAsync(locks.Command, watcher.Said, cancellationToken);
        }
        finally
        {
            FlakeCopy.Remove(search.Copy);
        }
    }

    // Searches the revisions of the culprit. If they tell no more than the locks do, the result is returned unchanged.
    async Task<BisectResult> WithRevisionsAsync(
        BisectResult result, Bisection bisection, (FleetFolder Folder, LockPlace Place) copy, SearchedLocks locks,
        Func<Task<Verdict>> tellAsync, CancellationToken cancellationToken)
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
        var update = HostUpdate.Of(copy.Folder, source, processes);
        var found = await bisection.FindRevisionAsync(
            revisions, LockAsync, tellAsync, (revision, verdict) => watcher.TriedRevision(input, revision, verdict));
        return result with { Revisions = found, LastGood = found.LastGood?.Id.ToString() ?? result.LastGood, Locked = now.Locked };

        async Task<LockFile> LockAsync(NewestRevision revision)
        {
            HostLocks.Write(copy.Place, locks.Good);
            var request = new UpdateRequest.Move(new MovedInputs.To(path, revision.Id.ToString())) { AllowsDowngrade = true };
            return (await update.PlanAsync([copy.Place with { Frozen = NameMap<Freeze>.Empty }], request, cancellationToken))[0] switch
            {
                // The entry keeps the declared reference as its original; only the search asked for this revision.
                LockOutcome.Planned(var planned) => planned.After,
                LockOutcome.Failed(_, var why) => throw why,
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }
    }

    static string? RevisionOf(LockFile file, string input) => (file.EdgeAt(InputPath.Of(input)) as LockEdge.Locked)?.Node.Locked.Revision;
}
