using Hostlock.Fleets.Settings;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>Machines that fetch for themselves will soon begin with the newest release no more, or do so no more.</summary>
static class ExpiringRelease
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        fleet.Expiry is { } said ? [new Problem(said, FleetFile.Name)] : [];
}
