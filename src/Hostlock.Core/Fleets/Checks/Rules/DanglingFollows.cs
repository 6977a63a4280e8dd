using Hostlock.Locks;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>An input follows a path that its lock does not have.</summary>
static class DanglingFollows
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        from status in fleet.Locks
        where status.Lock is not null
        let place = status.Place
        from dangling in LockGraft.Dangling(status.Lock!)
        select new Problem(
            $"input '{dangling.Item1}' of {place.Name} follows '{dangling.Item2}', which does not exist",
            place.RelativePath,
            null,
            $"hostlock lock {place.Name}");
}
