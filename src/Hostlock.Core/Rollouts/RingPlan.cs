using System.Collections.Immutable;
using Hostlock.Fleets;

namespace Hostlock.Rollouts;

/// <summary>Hosts that get their systems together, and the rule of their ring.</summary>
/// <param name="Name">The name of the ring; empty for the only ring of a switch.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Hosts">The hosts, in their order.</param>
public sealed record RingPlan(string Name, RingRule Rule, ImmutableArray<HostPlan> Hosts);

/// <summary>The rule by which a ring begins and halts the rollout.</summary>
public sealed record RingRule
{
    /// <summary>One host after the other, at once, until one fails.</summary>
    public static readonly RingRule Default = new();

    /// <summary>The time for which the hosts of the rings before must have run their systems, unbroken, before this ring begins.</summary>
    public TimeSpan Soak { get; init; }

    /// <summary>The most hosts that are at risk at once.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>The most hosts of the ring that may fail; one more halts the rollout.</summary>
    public int MaxFailed { get; init; }

    /// <summary>The most hosts of the ring that may be out of reach; one more halts the rollout. Null if all may be.</summary>
    public int? MaxAbsent { get; init; }

    /// <summary>The hours in which hosts of the ring may be changed; null for all hours.</summary>
    public ChangeWindow? Window { get; init; }

    /// <summary>True if a person says when the ring begins.</summary>
    public bool NeedsApproval { get; init; }
}

/// <summary>Hosts that must not fail together, whatever rings they are in.</summary>
/// <param name="Name">The name of the group.</param>
/// <param name="Parallel">The most hosts of the group that are at risk at once.</param>
/// <param name="Hosts">The hosts.</param>
public sealed record GroupPlan(string Name, int Parallel, ImmutableArray<HostName> Hosts);
