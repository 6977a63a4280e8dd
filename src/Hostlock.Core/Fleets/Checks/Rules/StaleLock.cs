using Hostlock.Fleets.Settings;
using Hostlock.Locks;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>A lock is not in line with what is declared: an input is missing from it, is left over in it, or is another one there.</summary>
static class StaleLock
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        from status in fleet.Locks
        where status.Lock is not null
        from stale in LockStaleness.Between(fleet.Declared(status.Place), status.Lock!)
        select Of(status.Place, stale);

    static Problem Of(LockPlace place, StaleInput stale)
    {
        // What a host tracks for itself is declared in the list of hosts.
        var isOwn = stale.Path.Length == 1 && place.References.ContainsKey(stale.Path.Last);
        return new(
            $"input '{stale.Path}' of {place.Name}: {stale.Why}",
            isOwn ? FleetFile.Name : stale.Declared?.Source.Name ?? place.RelativePath,
            isOwn ? null : stale.Declared?.Line,
            $"hostlock lock {place.Name}");
    }
}
