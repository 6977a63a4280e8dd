using System.Collections.Immutable;
using Hostlock.Fleets;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Steps;

namespace Hostlock.Releases;

/// <summary>The hosts that a release may give systems to: each NixOS of the fleet that is not held.</summary>
/// <param name="Free">The hosts, in the order of the fleet.</param>
public sealed record ReleaseHosts(ImmutableArray<Host> Free)
{
    /// <summary>Finds the hosts of a fleet.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="today">The present day, in UTC.</param>
    public static ReleaseHosts Of(Fleet fleet, DateOnly today) =>
        new([.. fleet.Hosts.Where(host => SystemBuild.IsNixos(host) && host.Hold?.IsOver(today) is not false)]);

    /// <summary>The hosts whose systems are new in a release, at least one.</summary>
    /// <param name="named">The hosts that somebody named; null for all that may be changed.</param>
    /// <exception cref="HostlockException">A named host is no NixOS or is held, or no host is left.</exception>
    public IReadOnlyList<Host> Choose(IReadOnlyList<Host>? named)
    {
        var chosen = named ?? Free;
        if (chosen.Count == 0)
            throw FleetException.NoMachines();
        if (chosen.FirstOrDefault(host => !SystemBuild.IsNixos(host)) is { } home)
            throw RolloutException.NotNixos(home.Name, home.ConfigurationPaths[0]);
        return chosen.FirstOrDefault(host => !Free.Contains(host)) is { } held
            ? throw ReleaseException.IsHeld(held.Name, held.Hold!.ToString())
            : chosen;
    }
}
