using System.Collections.Immutable;

namespace Hostlock.Fleets;

/// <summary>A group of hosts that get a lock together, as <c>[rings.NAME]</c> of hostlock.toml describes it.</summary>
/// <param name="Name">The name of the ring, written <c>@name</c> on the command line.</param>
public sealed record Ring(string Name)
{
    /// <summary>The ring that it comes after in a rollout; null if it comes first.</summary>
    public string? After { get; init; }

    /// <summary>The time for which the hosts of the rings before must have run their systems, unbroken, before this ring begins.</summary>
    public TimeSpan Soak { get; init; }

    /// <summary>The most hosts that are at risk at once.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>The most hosts that may fail; one more halts the rollout.</summary>
    public HostShare MaxFailed { get; init; }

    /// <summary>The most hosts that may be out of reach; one more halts the rollout. Null if all may be.</summary>
    public HostShare? MaxAbsent { get; init; }

    /// <summary>The hours in which its hosts may be changed; null for all hours.</summary>
    public ChangeWindow? Window { get; init; }

    /// <summary>True if it waits until a person approves it.</summary>
    public bool NeedsApproval { get; init; }
}

/// <summary>Some of the hosts of a ring: a number of them, or a percentage.</summary>
/// <param name="Number">The number.</param>
/// <param name="IsPercent">True if it is a percentage.</param>
public readonly record struct HostShare(int Number, bool IsPercent = false)
{
    /// <summary>The number of hosts that this is, rounded down.</summary>
    /// <param name="hosts">The number of hosts of the ring.</param>
    public int Of(int hosts) => IsPercent ? (int)((long)hosts * Number / 100) : Number;
}

/// <summary>Hosts that must not be at risk together, whatever rings they are in, as <c>[groups.NAME]</c> of hostlock.toml describes
/// them.</summary>
/// <param name="Name">The name of the group.</param>
/// <param name="Hosts">The hosts.</param>
/// <param name="Parallel">The most of them that are at risk at once.</param>
public sealed record HostGroup(string Name, ImmutableArray<HostName> Hosts, int Parallel);
