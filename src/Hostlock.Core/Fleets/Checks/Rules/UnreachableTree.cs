namespace Hostlock.Fleets.Checks.Rules;

/// <summary>What a lock pins cannot be fetched: its server or repository does not answer, or does not have it any more.</summary>
static class UnreachableTree
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        fleet.Refetched!.Failed.Where(failed => failed.Why.IsOutside).Select(failed => failed.ToProblem());
}
