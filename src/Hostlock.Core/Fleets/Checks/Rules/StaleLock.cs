using Hostlock.Fleets.Settings;
using Hostlock.Locks;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>A lock is not in line with the declarations: an input is missing, is left over, or has another reference.</summary>
static class StaleLock
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        from status in fleet.Locks
        from stale in fleet.StaleIn(status)
        let isLockable = !DanglingFollows.Undeclared(fleet.Declared(status.Place)).Any()
        select Of(status.Place, stale, isLockable ? MissingLock.Lock : null);

    static Problem Of(LockPlace place, StaleInput stale, HostCommand? fix)
    {
        // A reference that a host tracks for itself is declared in hostlock.toml.
        var isOwn = stale.Path.Length == 1 && place.References.ContainsKey(stale.Path.Last);
        return Problem.OfHost(
            place,
            $"input '{stale.Path}' of {place.Name}: {stale.Why}",
            new($"input '{stale.Path}': {stale.Why}", fix),
            isOwn ? FleetFile.Name : stale.Declared?.Source.Name,
            isOwn ? null : stale.Declared?.Line) with
        { Input = stale.Path.ToString() };
    }
}
