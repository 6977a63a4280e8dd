using System.Collections.Immutable;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Platform;
using Hostlock.Rollouts.Engines;
using Hostlock.Rollouts.Steps;

namespace Hostlock.Rollouts.Rings;

/// <summary>The locks that hosts are to get, and the commit that has them.</summary>
/// <param name="Order">The rings.</param>
/// <param name="Locks">The locks of the hosts, each once, the one that goes through the rings first.</param>
/// <param name="Candidate">The commit with these locks.</param>
/// <param name="Uncommitted">The files that differ from HEAD and are no locks of the hosts; no system is made of them.</param>
public sealed record PlannedLocks(
    RolloutOrder Order, IReadOnlyList<PlannedLock> Locks, CandidateCommit Candidate, IReadOnlyList<string> Uncommitted)
{
    /// <summary>The hosts that would get something older than they run.</summary>
    public ImmutableArray<StepBack> StepsBack { get; init; } = [];

    /// <summary>The locks of a ring that differ from those that the hosts have.</summary>
    /// <param name="ring">The ring.</param>
    public IEnumerable<PlannedLock> Changed(RingHosts ring) =>
        Locks.Where(planned => planned.IsChange && ring.Hosts.Any(host => planned.Place.Sharers.Contains(new LockOwner.Host(host.Name))));
}

/// <summary>Works out the locks and the systems of a rollout. The user's files, index and HEAD stay as they are.</summary>
/// <param name="processes">Runs git.</param>
/// <param name="folder">The fleet.</param>
/// <param name="builds">Builds systems.</param>
/// <param name="time">The clock.</param>
public sealed class RolloutPlanning(IProcessRunner processes, FleetFolder folder, SystemBuild builds, TimeProvider time)
{
    /// <summary>Promotes the lock of the first host to all others, entry for entry; each keeps what it keeps in a promotion.</summary>
    /// <param name="order">The rings.</param>
    /// <param name="declarations">Reads the declarations of the hosts.</param>
    /// <param name="allowsDowngrade">True if inputs may go back in time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">A host must not have the lock, a lock has uncommitted changes, or there is no
    /// repository.</exception>
    public async Task<PlannedLocks> LocksAsync(
        RolloutOrder order, HostDeclarations declarations, bool allowsDowngrade, CancellationToken cancellationToken)
    {
        var places = order.Hosts.Select(host => folder.PlaceOf(host.Name)).DistinctBy(place => place.FullPath).ToList();
        var reading = new LockReading();
        var (from, targets) = (places[0], places.Skip(1).ToList());
        var tested = HostLocks.ReadExisting(from, reading);
        var locks = new List<PlannedLock> { AsItIs(from, reading) };
        if (targets.Count > 0)
        {
            var promotion = await Promotion.OfAsync(folder, declarations, from, tested, reading, targets, cancellationToken);
            var plan = promotion.Plan(targets, new PromotionRequest.Whole { AllowsDowngrade = allowsDowngrade });
            if (plan.Outcomes.OfType<LockOutcome.Failed>().FirstOrDefault() is { } failed)
                throw failed.Why.While($"promoting the lock of {order.First.Name} to {failed.Place.Name}");
            // A lock that needs no change keeps its bytes.
            locks.AddRange(
                plan.Outcomes.OfType<LockOutcome.Planned>().Select(
                    outcome => outcome.Lock.IsChange ? outcome.Lock : AsItIs(outcome.Lock.Place, reading)));
        }
        var candidate = await CandidateCommit.MakeAsync(processes, folder, locks, time.GetUtcNow(), cancellationToken);
        var uncommitted = (await candidate.UncommittedAsync(cancellationToken)).ToHashSet(StringComparer.Ordinal);
        foreach (var planned in locks)
        {
            // Uncommitted changes of the lock would be lost.
            if (uncommitted.Remove(candidate.PathIn(planned.Place)) && planned.IsChange)
                throw RolloutException.NotCommitted(planned.Place);
        }
        return new(order, locks, candidate, [.. uncommitted.Order(StringComparer.Ordinal)]);
    }

    static PlannedLock AsItIs(LockPlace place, LockReading reading) =>
        PlannedLock.Restoring(
            place, HostLocks.TryReadBytes(place)?.ToArray() ?? throw FleetException.NoLock(place), place.RelativePath, reading);

    /// <summary>Has nix say which systems the hosts get, without building them.</summary>
    /// <param name="planned">The locks.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The system of a host cannot be evaluated.</exception>
    public Task<IReadOnlyDictionary<HostName, StorePath>> EvaluateAsync(PlannedLocks planned, CancellationToken cancellationToken) =>
        builds.EvaluateAsync([.. planned.Order.Hosts], planned.Candidate.Id, cancellationToken);

    /// <summary>Builds the systems of all hosts from the candidate, and hands them to the program of <c>after-build</c>.</summary>
    /// <param name="planned">The locks.</param>
    /// <param name="rootOf">A link, by host, that keeps its system from being collected.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">A system cannot be built.</exception>
    public async Task<IReadOnlyDictionary<HostName, StorePath>> BuildAsync(
        PlannedLocks planned, Func<HostName, string> rootOf, CancellationToken cancellationToken)
    {
        var built = await builds.OfAsync([.. planned.Order.Hosts], rootOf, planned.Candidate.Id, cancellationToken);
        await builds.AfterAsync(built, cancellationToken);
        return built.ToDictionary(each => each.Host.Name, each => each.System);
    }

    /// <summary>Builds systems once more that still have to be copied and are no longer here, or were built in another clone.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="rootOf">A link, by host, that keeps its system from being collected.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">A system cannot be built, or another one comes out.</exception>
    public async Task RebuildAsync(Rollout rollout, Func<HostName, string> rootOf, CancellationToken cancellationToken)
    {
        if (rollout.Plan.Source is not { } source)
            return;
        var missing = rollout.Hosts.Where(
            host => host.Outcome is not (HostOutcome.Kept or HostOutcome.Returned or HostOutcome.Superseded)
                && host is { Activations: 0, Now: not { HasTarget: true } }
                && folder.TryHostOf(host.Plan.Host)?.Rollout.Build is BuildPlace.Here
                && !Directory.Exists(host.Plan.Target.ToString())).ToList();
        if (missing.Count == 0)
            return;
        var built = await builds.OfAsync(
            [.. missing.Select(host => folder.HostOf(host.Plan.Host))], rootOf, source.Commit, cancellationToken);
        foreach (var (host, each) in missing.Zip(built))
        {
            if (each.System != host.Plan.Target)
                throw RolloutException.BuiltAnother(host.Plan.Host, each.System.ToString(), host.Plan.Target.ToString());
        }
    }

    /// <summary>The plan of a rollout.</summary>
    /// <param name="planned">The locks.</param>
    /// <param name="systems">The systems, by host.</param>
    /// <param name="isChecked">False if systems are kept without a look at machines and gates.</param>
    public RolloutPlan PlanOf(PlannedLocks planned, IReadOnlyDictionary<HostName, StorePath> systems, bool isChecked)
    {
        var rings = planned.Order.Rings.Select(
            ring => new RingPlan(
                ring.Name,
                ring.Rule,
                [
                    .. ring.Hosts.Select(
                        host => DeployEngines.Plan(folder.Fleet, host, systems[host.Name], boots: false, isChecked)),
                ]));
        return RolloutPlan.Of(RolloutAction.Rollout, [.. rings], time.GetUtcNow()) with
        {
            Groups = planned.Order.Groups,
            Source = new(planned.Order.First.Name, planned.Candidate.Id, planned.Candidate.Base),
        };
    }
}
