namespace Hostlock.Fleets.Checks.Rules;

/// <summary>A tree that a lock pins can be fetched, but is not the tree that was locked.</summary>
static class ChangedTree
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        fleet.Refetched!.Failed.Where(failed => !failed.Why.IsOutside).Select(failed => failed.ToProblem());
}
