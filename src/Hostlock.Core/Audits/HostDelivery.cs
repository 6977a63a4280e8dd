using Hostlock.Machines;
using Hostlock.Releases;
using Hostlock.Rollouts;

namespace Hostlock.Audits;

/// <summary>The way by which a system came to a machine, or should have come.</summary>
/// <param name="At">When.</param>
public abstract record HostDelivery(DateTimeOffset At)
{
    /// <summary>The system.</summary>
    public abstract StorePath System { get; }

    /// <summary>A rollout, a switch or a rollback.</summary>
    /// <param name="Rollout">The rollout, as its journal adds up to it.</param>
    /// <param name="Record">The record of the host.</param>
    /// <param name="Ring">The ring that the host is in.</param>
    /// <param name="BegunBy">The person who said that machines may be changed; null if that is not known.</param>
    /// <param name="At">When the system was activated.</param>
    public sealed record ByRollout(Rollout Rollout, HostRecord Record, RingPlan Ring, string? BegunBy, DateTimeOffset At) : HostDelivery(At)
    {
        /// <inheritdoc/>
        public override StorePath System => Record.Plan.Target;

        /// <summary>The approval of the ring; null if it needed none.</summary>
        public RingApproval? Approval => Rollout.ApprovedRings.TryGetValue(Ring.Name, out var approval) ? approval : null;
    }

    /// <summary>A release, which the machine fetched for itself.</summary>
    /// <param name="Receipt">The signed receipt.</param>
    /// <param name="Release">The release; null if this clone does not have it.</param>
    public sealed record ByRelease(Receipt Receipt, AuditedRelease? Release) : HostDelivery(Receipt.At.Date)
    {
        /// <inheritdoc/>
        public override StorePath System => Receipt.System;
    }
}
