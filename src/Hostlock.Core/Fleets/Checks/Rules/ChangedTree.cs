namespace Hostlock.Fleets.Checks.Rules;

/// <summary>A tree that locks pin can be fetched, but is not the tree that was locked. Only locking the inputs anew puts it
/// right.</summary>
static class ChangedTree
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        fleet.Refetched!.Failed.Where(failed => failed.IsOtherTree).Select(failed => failed.ToProblem(Fix(failed)));

    // All locks that pin the tree have to be updated.
    static string? Fix(FailedTree failed) =>
        failed.Inputs.Any(input => input.Place.Freezes(input.Path))
            ? null
            : string.Join(
                " && ",
                failed.Inputs.GroupBy(input => input.Path, input => input.Place.Name).Select(
                    input => $"hostlock update {string.Join(' ', input.Distinct())} -i {ShellWord.Quote(input.Key.ToString())}"));
}
