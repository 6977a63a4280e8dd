using Hostlock.Fleets.Settings;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>The newest release has expired or expires soon, and machines do not begin with an expired one.</summary>
static class ExpiringRelease
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        fleet.Expiry is { } said ? [new Problem(said, FleetFile.Name)] : [];
}
