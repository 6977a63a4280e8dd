using Hostlock.Fleets.Settings;
using Hostlock.Locks;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>A lock is not in line with the declarations: an input is missing, is left over, or has another reference.</summary>
static class StaleLock
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        from status in fleet.Locks
        where status.Lock is not null
        let declared = fleet.Declared(status.Place)
        let isLockable = !DanglingFollows.Undeclared(declared).Any()
        from stale in LockStaleness.Between(declared, status.Lock!)
        select Of(status.Place, stale, isLockable ? $"hostlock lock {status.Place.Name}" : null);

    static Problem Of(LockPlace place, StaleInput stale, string? fix)
    {
        // A reference that a host tracks for itself is declared in hostlock.toml.
        var isOwn = stale.Path.Length == 1 && place.References.ContainsKey(stale.Path.Last);
        return new(
            $"input '{stale.Path}' of {place.Name}: {stale.Why}",
            isOwn ? FleetFile.Name : stale.Declared?.Source.Name ?? place.RelativePath,
            isOwn ? null : stale.Declared?.Line,
            fix);
    }
}
