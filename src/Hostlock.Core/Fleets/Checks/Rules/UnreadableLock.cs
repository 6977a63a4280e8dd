namespace Hostlock.Fleets.Checks.Rules;

/// <summary>A lock cannot be read: it has conflict markers, is not JSON, or breaks a rule of lock files.</summary>
static class UnreadableLock
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        from status in fleet.Locks
        let why = status.Problem
        where why is not null
        select new Problem(why.Message, status.Place.RelativePath, why.Span?.Line) { Owner = status.Place.Owner };
}
