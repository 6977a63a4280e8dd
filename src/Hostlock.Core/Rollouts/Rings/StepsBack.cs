using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Machines.Probing;
using Hostlock.Rollouts.Journals;

namespace Hostlock.Rollouts.Rings;

/// <summary>A host that a rollout would take back to something older than it runs.</summary>
/// <param name="Host">The host.</param>
/// <param name="Why">The older input or commit, in words.</param>
public sealed record StepBack(HostName Host, string Why);

/// <summary>
/// Finds the hosts that a rollout would take back, whatever the repository says: an input is older than in the lock that the machine runs,
/// or the commit does not descend from the one that made the machine's system.
/// </summary>
/// <param name="probes">Asks the machines.</param>
/// <param name="journals">Tell which rollout brought what a machine runs.</param>
public sealed class StepsBack(MachineProbes probes, RolloutJournals journals)
{
    // One of the last rollouts brought the system that a machine runs.
    const int MostRollouts = 10;

    /// <summary>Finds them, in the order of the hosts. A machine that does not answer is not compared.</summary>
    /// <param name="planned">The locks that the rollout would bring.</param>
    /// <param name="systems">The systems that it would bring, by host. A host that runs its own already does not go back.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">A journal cannot be read.</exception>
    public async Task<ImmutableArray<StepBack>> FindAsync(
        PlannedLocks planned, IReadOnlyDictionary<HostName, StorePath> systems, CancellationToken cancellationToken)
    {
        var hosts = planned.Order.Hosts.ToList();
        var wanted = planned.Locks
            .SelectMany(each => each.Place.Sharers.OfType<LockOwner.Host>().Select(owner => (owner.Name, each.After)))
            .ToDictionary(each => each.Name, each => each.After);
        var earlier = journals.NewestFirst().Where(rollout => rollout.Plan.Action == RolloutAction.Rollout).Take(MostRollouts).ToList();
        var comesAfter = new Dictionary<Revision, bool?>();
        var back = ImmutableArray.CreateBuilder<StepBack>();
        // A thousand machines have much the same locks, and no answer is kept.
        var reading = new LockReading();
        var answers = await probes.AskAsync(hosts, outcome => Compared(outcome, wanted, reading), cancellationToken);
        foreach (var (host, answer) in hosts.Zip(answers))
        {
            if (answer is not { System: { } system, Older: var older } || system == systems[host.Name])
                continue;
            if (older is not null)
            {
                back.Add(new(host.Name, older));
                continue;
            }
            var brought = earlier.FirstOrDefault(
                rollout => rollout.Hosts.Find(host.Name) is { Outcome: HostOutcome.Kept } record && system == record.Plan.Target);
            if (brought?.CommitOf(host.Name) is not { } commit)
                continue;
            if (!comesAfter.TryGetValue(commit, out var isAfter))
                comesAfter.Add(commit, isAfter = await planned.Candidate.ComesAfterAsync(commit, cancellationToken));
            if (isAfter is false)
                back.Add(new(host.Name, $"the current commit does not descend from {commit.Shortened}, of which it got its system"));
        }
        return back.ToImmutable();
    }

    // The running system, and the inputs that are older in the wanted lock than in the running one, in words.
    static (StorePath? System, string? Older) Compared(
        ProbeOutcome outcome, Dictionary<HostName, LockFile> wanted, LockReading reading) =>
        outcome is ProbeOutcome.Answered(var address, _, var facts)
            ? (facts.System, facts.Stamp?.TryReadLock(reading) is { } running
                && LockDiff.Between(running, wanted[address.Host]).Changes.FirstOrDefault(Downgrade.Is) is { } change
                    ? Downgrade.Describe(change)
                    : null)
            : default;
}
