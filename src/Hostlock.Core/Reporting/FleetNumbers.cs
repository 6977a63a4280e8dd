using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Releases;
using Hostlock.Rollouts;

namespace Hostlock.Reporting;

/// <summary>The facts about a fleet at one time, for a program that plots them and alerts people.</summary>
/// <param name="Machines">The answers of the machines of the hosts.</param>
/// <param name="Locks">The locks of the hosts, as the repository has them. One that cannot be read is left out.</param>
/// <param name="Rollout">The last rollout; null if there is none.</param>
/// <param name="Now">When the machines were asked.</param>
public sealed record FleetNumbers(
    IReadOnlyList<MachineStatus> Machines, IReadOnlyDictionary<HostName, LockFile> Locks, Rollout? Rollout, DateTimeOffset Now)
{
    /// <summary>The state of the releases that machines pull, by host. A machine that pulls none is not in it.</summary>
    public IReadOnlyDictionary<HostName, PulledState> Pulled { get; init; } = new Dictionary<HostName, PulledState>();

    /// <summary>The newest release; null if none was cut.</summary>
    public ReleaseManifest? Newest { get; init; }
}
