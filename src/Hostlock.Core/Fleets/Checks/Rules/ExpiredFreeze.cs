using System.Globalization;
using Hostlock.Fleets.Settings;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>The last day of a freeze or of a hold is past, and the file still has it.</summary>
static class ExpiredFreeze
{
    public static IEnumerable<Problem> FindHolds(CheckedFleet fleet) =>
        from host in fleet.Folder.Fleet.Hosts
        where host.Hold is { } hold && hold.IsOver(fleet.Today)
        select new Problem(
            string.Create(
                CultureInfo.InvariantCulture, $"the hold of {host.Name} ended on {host.Hold!.Until:yyyy-MM-dd}: {host.Hold.Reason}"),
            FleetFile.Name, null, $"hostlock unhold {host.Name}")
        {
            Owner = new LockOwner.Host(host.Name),
        };

    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        from host in fleet.Folder.Fleet.Hosts
        from frozen in host.Frozen
        let until = frozen.Value.Until
        where frozen.Value.IsOver(fleet.Today)
        select new Problem(
            string.Create(
                CultureInfo.InvariantCulture,
                $"the freeze of '{frozen.Key}' on {host.Name} ended on {until:yyyy-MM-dd}: {frozen.Value.Reason}"),
            FleetFile.Name, null, $"hostlock unfreeze {host.Name} {ShellWord.Quote(frozen.Key)}")
        {
            Owner = new LockOwner.Host(host.Name),
            Input = frozen.Key,
        };
}
