namespace Hostlock.Fleets.Checks.Rules;

/// <summary>
/// A tree that a lock pins cannot be fetched, because its server or repository does not answer, or no longer has the tree. No
/// command is offered, because an update would move the pin only because the network is down.
/// </summary>
static class UnreachableTree
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        fleet.Refetched!.Failed.Where(failed => !failed.IsOtherTree).Select(failed => failed.ToProblem(fix: null));
}
