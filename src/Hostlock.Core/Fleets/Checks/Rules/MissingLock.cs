namespace Hostlock.Fleets.Checks.Rules;

/// <summary>A host has no lock. A root without inputs needs none, and Nix writes none. Neither does a host whose name is
/// misspelt.</summary>
static class MissingLock
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        from status in fleet.Locks
        where status is { Lock: null, Problem: null }
        let place = status.Place
        let declared = fleet.Declared(place)
        where place.Owner is not LockOwner.Root || declared.Inputs.Count > 0
        where !fleet.Listed.IsMisspelt(place.Owner)
        let isLockable = !DanglingFollows.Undeclared(declared).Any()
        select new Problem(
            $"{place.Name} has no lock", place.RelativePath, null, isLockable ? $"hostlock lock {place.Name}" : null);
}
