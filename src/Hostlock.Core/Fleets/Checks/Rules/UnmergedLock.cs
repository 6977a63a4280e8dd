namespace Hostlock.Fleets.Checks.Rules;

/// <summary>Git could not merge a lock, and nobody has settled it: the file has our side of what the sides differ on.</summary>
static class UnmergedLock
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        from status in fleet.Locks
        where status.IsUnmerged
        let name = status.Place.Name
        select new Problem(
            $"git could not merge the lock of {name}; 'hostlock resolve {name}' shows the sides, and --ours, --theirs or --newer takes one",
            status.Place.RelativePath, null, $"hostlock resolve {name} --ours");
}
