namespace Hostlock.Fleets.Checks.Rules;

/// <summary>A lock of the earlier commit cannot be read, so that nobody can tell whether an input went back since.</summary>
static class UnreadableEarlierLock
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        from earlier in fleet.Earlier!.Unreadable
        select new Problem(
            // What git said may have several lines.
            $"{earlier.Place.Name} cannot be compared with {fleet.Earlier.Commit}: {earlier.Why.Message.Split('\n')[0]}",
            earlier.Place.RelativePath)
        {
            Owner = earlier.Place.Owner,
        };
}
