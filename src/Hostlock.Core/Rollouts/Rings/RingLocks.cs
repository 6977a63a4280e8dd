using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Rollouts.Steps;

namespace Hostlock.Rollouts.Rings;

/// <summary>Opens rings: puts the locks of their hosts into the repository, exactly as the candidate has them.</summary>
/// <param name="processes">Runs git.</param>
/// <param name="folder">The fleet.</param>
/// <param name="scratch">A folder of ours, for a rebase.</param>
/// <param name="describe">Says in words which inputs moved, for the message of the commit.</param>
/// <param name="watcher">Is told when locks are written and committed.</param>
/// <param name="shared">The place to which the journal is pushed before a ring is opened; null for none.</param>
/// <param name="time">The clock.</param>
public sealed class RingLocks(
    IProcessRunner processes, FleetFolder folder, string scratch, Func<IReadOnlyList<PlannedLock>, string> describe,
    ILockWritingWatcher watcher, SharedJournals shared, TimeProvider time) : IRingOpener
{
    // Somebody else may push at the same time, again and again.
    const int MostPushes = 5;

    /// <summary>Makes sure that rings can be opened and journals kept as the settings say, before any host is touched.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The fleet.</param>
    /// <param name="order">The rings.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RolloutException">They are to be pushed and the branch has no upstream, or a host needs them pushed and they are
    /// not.</exception>
    public static async Task RequireUpstreamAsync(
        IProcessRunner processes, FleetFolder folder, RolloutOrder order, CancellationToken cancellationToken)
    {
        if (folder.Fleet.Rollout.Open is not (RingOpening.Push or RingOpening.Branch)
            && order.Hosts.FirstOrDefault(host => host.Rollout.Engine == RolloutSettings.Comin) is { } agent)
            throw RolloutException.NeedsPush(agent.Name);
        if (folder.Fleet.Rollout is { Open: RingOpening.Push or RingOpening.Branch } or { Journal: JournalPlace.Git })
            _ = folder.Fleet.Rollout.Open == RingOpening.Push
                ? await FollowedAsync(processes, folder, cancellationToken)
                : await Upstream.OfAsync(processes, folder, cancellationToken);
    }

    static async Task<Upstream> FollowedAsync(IProcessRunner processes, FleetFolder folder, CancellationToken cancellationToken) =>
        await Upstream.OfAsync(processes, folder, cancellationToken) is { IsBeside: false } upstream
            ? upstream
            : throw RolloutException.NoUpstream();

    /// <inheritdoc/>
    public async Task<OpenedRing> OpenAsync(RolloutPlan plan, RingPlan ring, CrashPoint crash, CancellationToken cancellationToken)
    {
        if (shared.Exist)
            await shared.PushAsync(plan.Id, cancellationToken);
        var candidate = CandidateCommit.Of(processes, folder, plan.Source!);
        var places = ring.Hosts.Select(host => folder.TryHostOf(host.Host)).OfType<Host>()
            .Select(host => folder.PlaceOf(host.Name)).DistinctBy(place => place.FullPath).ToList();
        // hostlock.toml has none of its hosts any more.
        if (places.Count == 0)
            return new OpenedRing.Open(Commit: null);
        // A clone that is new each time has only pushed commits, and the locks of earlier rings may be committed elsewhere.
        if (folder.Fleet.Rollout.Open is RingOpening.Commit or RingOpening.None && !shared.Exist
            && await candidate.IsInHeadAsync(folder, cancellationToken) is false)
            throw RolloutException.OtherBranch(candidate.Base.Shortened);
        switch (folder.Fleet.Rollout.Open)
        {
            case RingOpening.Branch:
                return await ByBranchAsync(plan, ring, candidate, places, crash, cancellationToken);
            case RingOpening.Push:
                await ByPushAsync(
                    processes, folder, scratch, places,
                    () => WriteAsync(new WritingMode.WriteAndCommit(NoteOf(plan, ring, places)), candidate, places, cancellationToken),
                    crash, cancellationToken);
                return new OpenedRing.Open(await CandidateCommit.HeadAsync(processes, folder, cancellationToken));
            case RingOpening.Commit:
                await WriteAsync(new WritingMode.WriteAndCommit(NoteOf(plan, ring, places)), candidate, places, cancellationToken);
                crash.After(CrashPoint.Open);
                return new OpenedRing.Open(await CandidateCommit.HeadAsync(processes, folder, cancellationToken));
            case RingOpening.None:
                await WriteAsync(new WritingMode.Write(), candidate, places, cancellationToken);
                crash.After(CrashPoint.Open);
                return new OpenedRing.Open(Commit: null);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>Pushes the commits of the locks of hosts that went back, as a ring is pushed.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The fleet.</param>
    /// <param name="scratch">A folder of ours, for a rebase.</param>
    /// <param name="hosts">The hosts.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RolloutException">git does not push them, or somebody else moved one of the locks.</exception>
    public static Task PushBackAsync(
        IProcessRunner processes, FleetFolder folder, string scratch, IEnumerable<HostName> hosts, CancellationToken cancellationToken) =>
        ByPushAsync(
            processes, folder, scratch, [.. hosts.Select(folder.PlaceOf)], () => Task.CompletedTask, new(null), cancellationToken);

    // The locks are written after the commits of others have been fetched.
    static async Task ByPushAsync(
        IProcessRunner processes, FleetFolder folder, string scratch, IReadOnlyList<LockPlace> places, Func<Task> writeAsync,
        CrashPoint crash, CancellationToken cancellationToken)
    {
        var upstream = await FollowedAsync(processes, folder, cancellationToken);
        var ours = places.Select(PathIn).ToHashSet(StringComparer.Ordinal);
        var locks = folder.AllPlaces().Select(PathIn).ToHashSet(StringComparer.Ordinal);
        Revision? seen = null;
        for (var pushes = 1; ; pushes++)
        {
            var fetched = await upstream.FetchAsync(cancellationToken);
            using (folder.Reserve())
                await upstream.CatchUpAsync(fetched, ours, locks, scratch, cancellationToken);
            if (pushes == 1)
                await writeAsync();
            crash.After(CrashPoint.Open);
            if (await upstream.PushAsync(cancellationToken) is not { } said)
                return;
            // If nothing came in between, it is refused for another reason.
            if (fetched == seen || pushes == MostPushes)
                throw upstream.Refused(said);
            seen = fetched;
        }

        string PathIn(LockPlace place) => GitWorkTreeFiles.PathOf(upstream.Root, place.FullPath);
    }

    async Task<OpenedRing> ByBranchAsync(
        RolloutPlan plan, RingPlan ring, CandidateCommit candidate, List<LockPlace> places, CrashPoint crash,
        CancellationToken cancellationToken)
    {
        var upstream = await Upstream.OfAsync(processes, folder, cancellationToken);
        var fetched = await upstream.FetchAsync(cancellationToken);
        var known = await candidate.LocksAsync(places, cancellationToken);
        var theirs = await candidate.LocksInAsync(fetched, places, cancellationToken);
        var isMerged = true;
        for (var i = 0; i < places.Count; i++)
        {
            var (wanted, before) = known[i];
            if (wanted is null)
                throw RolloutException.CandidateIsGone();
            if (Same(theirs[i], wanted))
                continue;
            isMerged = false;
            if (!Same(theirs[i], before))
                throw RolloutException.LockMoved(places[i].RelativePath);
        }
        if (isMerged)
        {
            crash.After(CrashPoint.Open);
            return new OpenedRing.Open(fetched);
        }
        var branch = $"hostlock/{plan.Id}/{ring.Name}";
        await upstream.PushBranchAsync(
            branch,
            async () =>
            {
                var (note, reading) = (NoteOf(plan, ring, places), new LockReading());
                var planned = places
                    .Select((place, i) => PlannedLock.Of(place, Lock(place, theirs[i], reading), Lock(place, known[i].Wanted, reading)!))
                    .ToList();
                var message = $"{CommitSubject.Of(planned, [], note, folder.Fleet.CommitSubject)}\n\n{LockCommit.Trailers(note)}";
                try
                {
                    return await candidate.OnTopOfAsync(fetched, places, message, time.GetUtcNow(), cancellationToken);
                }
                finally
                {
                    await candidate.ForgetPlanAsync(CancellationToken.None);
                }
            },
            cancellationToken);
        crash.After(CrashPoint.Open);
        return new OpenedRing.Waits();
    }

    Task<LockReport> WriteAsync(
        WritingMode mode, CandidateCommit candidate, List<LockPlace> places, CancellationToken cancellationToken)
    {
        return new LockWriting(processes, folder, ["rollout", .. places.Select(place => place.Name)], watcher)
            .RunAsync(PlanAsync, mode, cancellationToken);

        async Task<LockPlan> PlanAsync(CancellationToken stop)
        {
            // A ring may have a thousand locks, and they are much the same.
            var reading = new LockReading();
            var planned = new List<LockOutcome>();
            await foreach (var (wanted, before) in candidate.EachLockAsync(places, stop))
                planned.Add(new LockOutcome.Planned(Planned(places[planned.Count], wanted, before, reading)));
            return new(planned);
        }
    }

    CommitNote NoteOf(RolloutPlan plan, RingPlan ring, List<LockPlace> places)
    {
        var from = new LockOwner.Host(plan.Source!.From);
        return new(describe)
        {
            PromotedFrom = places.Any(place => !place.Sharers.Contains(from)) ? from : null,
            Rollout = (plan.Id, ring.Name),
        };
    }

    // Somebody else has moved a lock that has neither its old nor its new contents.
    static PlannedLock Planned(LockPlace place, byte[]? wanted, byte[]? before, LockReading reading)
    {
        var now = HostLocks.TryReadBytes(place);
        if (wanted is null)
            throw RolloutException.CandidateIsGone();
        return Same(now, wanted) || Same(now, before)
            ? PlannedLock.Restoring(place, wanted, place.RelativePath, reading)
            : throw RolloutException.LockMoved(place.RelativePath);
    }

    static LockFile? Lock(LockPlace place, byte[]? bytes, LockReading reading) =>
        bytes is null ? null : LockFileReader.Read(place.RelativePath, bytes, reading);

    static bool Same(ReadOnlyMemory<byte>? one, byte[]? other) =>
        one is null || other is null ? one is null && other is null : one.Value.Span.SequenceEqual(other);
}
