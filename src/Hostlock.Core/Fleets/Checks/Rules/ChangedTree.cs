namespace Hostlock.Fleets.Checks.Rules;

/// <summary>A tree that a lock pins can be fetched, but is not the tree that was locked. Only locking the input anew puts it
/// right.</summary>
static class ChangedTree
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        from failed in fleet.Refetched!.Failed
        where failed.IsOtherTree
        select failed.ToProblem($"hostlock update {failed.Place.Name} -i {ShellWord.Quote(failed.Path.ToString())}");
}
