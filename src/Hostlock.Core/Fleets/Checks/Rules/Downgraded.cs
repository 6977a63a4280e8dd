using Hostlock.Fleets.Changes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>
/// An input of a lock is older than it was in an earlier commit. The entry of that commit puts it right, without any network; upstream may
/// have nothing newer.
/// </summary>
static class Downgraded
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        from earlier in fleet.Earlier!.Locks
        let place = earlier.Now.Place
        from change in LockDiff.Between(earlier.Before, earlier.Now.Lock!).Changes
        where Downgrade.Is(change)
        select new Problem(
            $"since {fleet.Earlier.Commit}, {place.Name}: {Downgrade.Describe(change, "went")}",
            place.RelativePath,
            null,
            $"hostlock restore {place.Name} --to {ShellWord.Quote(fleet.Earlier.Commit)} -i {ShellWord.Quote(change.Path.ToString())}")
        {
            Owner = place.Owner,
            Input = change.Path.ToString(),
        };
}
