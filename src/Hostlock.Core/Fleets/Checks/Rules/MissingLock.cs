namespace Hostlock.Fleets.Checks.Rules;

/// <summary>A host has no lock. A root without inputs needs none, and Nix writes none. Neither does a host whose name is
/// misspelt.</summary>
static class MissingLock
{
    /// <summary>The command that brings locks in line with what is declared.</summary>
    public static readonly HostCommand Lock = new("hostlock lock");

    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        from status in fleet.Locks
        where status is { Lock: null, Problem: null }
        let place = status.Place
        let declared = fleet.Declared(place)
        where place.Owner is not LockOwner.Root || declared.Inputs.Count > 0
        where !fleet.Listed.IsMisspelt(place.Owner)
        let isLockable = !DanglingFollows.Undeclared(declared).Any()
        select Problem.OfHost(place, $"{place.Name} has no lock", new("no lock", isLockable ? Lock : null));
}
