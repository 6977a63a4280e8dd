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
        let went = Downgrade.Describe(change, "went")
        let since = $"since {fleet.Earlier.Commit}, "
        select Problem.OfHost(
            place,
            $"{since}{place.Name}: {went}",
            new(
                $"{since}{went}",
                new(
                    "hostlock restore",
                    $"--to {ShellWord.Quote(fleet.Earlier.Commit)} -i {ShellWord.Quote(change.Path.ToString())}"))) with
        { Input = change.Path.ToString() };
}
