namespace Hostlock.Fleets.Checks.Rules;

/// <summary>Git could not merge a lock, and nobody has settled it: the file has our side of the conflicts.</summary>
static class UnsettledMerge
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        from status in fleet.Locks
        where status.IsUnmerged
        select Of(fleet, status.Place, fleet.Unsettled.GetValueOrDefault(status.Place.FullPath)) with { Owner = status.Place.Owner };

    const string Takes = "and --ours, --theirs or --newer takes one";

    static Problem Of(CheckedFleet fleet, LockPlace place, HostlockException? why)
    {
        var (name, path) = (place.Name, ShellWord.Quote(place.RelativePath));
        return why switch
        {
            null => Problem.OfHost(
                place,
                $"git could not merge the lock of {name}; 'hostlock resolve {name}' shows the sides, {Takes}",
                new($"git could not merge a lock; 'hostlock resolve' shows the sides, {Takes}", new("hostlock resolve", "--ours"))),
            // A side that was deleted, or a change since: git takes the file as it lies there.
            FleetException => new(
                $"git could not merge the lock of {name}: {why.Message}",
                place.RelativePath,
                null,
                File.Exists(fleet.Folder.Full(place.RelativePath)) ? $"git add {path}" : $"git rm --cached {path}"),
            _ => new($"git could not merge the lock of {name}, and a side of it cannot be read: {why.Message}", place.RelativePath),
        };
    }
}
