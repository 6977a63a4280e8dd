namespace Hostlock.Fleets.Checks.Rules;

/// <summary>A host has no lock. A root without inputs needs none, and Nix writes none.</summary>
static class MissingLock
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        from status in fleet.Locks
        where status is { Lock: null, Problem: null }
        let place = status.Place
        where place.Owner is not LockOwner.Root || fleet.Declared(place).Inputs.Count > 0
        select new Problem($"{place.Name} has no lock", place.RelativePath, null, $"hostlock lock {place.Name}");
}
