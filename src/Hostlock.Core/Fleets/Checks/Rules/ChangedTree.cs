namespace Hostlock.Fleets.Checks.Rules;

/// <summary>What a lock pins can be fetched, and is another tree than was locked.</summary>
static class ChangedTree
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        fleet.Refetched!.Failed.Where(failed => !failed.Why.IsOutside).Select(failed => failed.ToProblem());
}
