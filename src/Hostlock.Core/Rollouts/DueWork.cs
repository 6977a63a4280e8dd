using System.Collections.Immutable;
using Hostlock.Fleets;

namespace Hostlock.Rollouts;

/// <summary>The work that a timer finds to do for a rollout.</summary>
public abstract record DueWork
{
    DueWork()
    {
    }

    /// <summary>The rollout goes on.</summary>
    /// <param name="Happened">The events with which it begins; none if only the time that it waited for has come.</param>
    public sealed record GoOn(ImmutableArray<RolloutEvent> Happened) : DueWork;

    /// <summary>Machines have to be asked: the rollout goes on if an agent takes something again, or a machine is back.</summary>
    /// <param name="Deferred">The hosts whose agents took nothing.</param>
    /// <param name="Absent">The hosts that were out of reach.</param>
    public sealed record Ask(ImmutableArray<HostRecord> Deferred, ImmutableArray<HostName> Absent) : DueWork;

    /// <summary>Nothing is due. A system that failed is not tried again without a person.</summary>
    public sealed record Nothing : DueWork;

    /// <summary>Decides what is due.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="approval">The approval of a ring that waits for it, which somebody wrote
    /// into the repository; null if nobody did.</param>
    /// <param name="fleet">The fleet, as hostlock.toml describes it now.</param>
    /// <param name="now">The present time.</param>
    public static DueWork Of(Rollout rollout, RolloutEvent.RingApproved? approval, Fleet fleet, DateTimeOffset now)
    {
        if (approval is not null)
            return new GoOn([approval]);
        if (RolloutRules.Next(rollout, now).Any(order => order is Order.Do or Order.Open))
            return new GoOn([]);
        if (RolloutRules.WhyHalted(rollout) is not null)
            return new Nothing();
        // A host that is no longer held gets the system that it missed.
        if (HostHolds.Released(rollout, fleet, now).Count > 0)
            return new GoOn([]);
        ImmutableArray<HostRecord> deferred = [.. rollout.Hosts.Where(host => host is { Outcome: null, IsDeferred: true })];
        ImmutableArray<HostName> absent =
        [
            .. rollout.Hosts.Where(host => host.Outcome == HostOutcome.Absent).Select(host => host.Plan.Host)
                .Where(name => fleet.Hosts.Any(host => host.Name == name)),
        ];
        return deferred.IsEmpty && absent.IsEmpty ? new Nothing() : new Ask(deferred, absent);
    }
}
