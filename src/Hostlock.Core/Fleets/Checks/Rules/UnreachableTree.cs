namespace Hostlock.Fleets.Checks.Rules;

/// <summary>
/// A tree that a lock pins cannot be fetched, because its server or repository does not answer, or no longer has the tree.
/// </summary>
static class UnreachableTree
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        fleet.Refetched!.Failed.Where(failed => failed.Why.IsOutside).Select(failed => failed.ToProblem());
}
