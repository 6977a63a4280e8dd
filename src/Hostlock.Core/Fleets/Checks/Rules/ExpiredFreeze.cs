using System.Globalization;
using Hostlock.Fleets.Settings;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>The last day of a freeze or of a hold is past, and the file still has it.</summary>
static class ExpiredFreeze
{
    public static IEnumerable<Problem> FindHolds(CheckedFleet fleet) =>
        from host in fleet.Folder.Fleet.Hosts
        where host.Hold is { } hold && hold.IsOver(fleet.Today)
        let ended = Ended(host.Hold!.Until, host.Hold.Reason)
        select Problem.OfHost(
            new LockOwner.Host(host.Name),
            $"the hold of {host.Name} {ended}",
            new($"a hold {ended}", new("hostlock unhold")),
            FleetFile.Name);

    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        from host in fleet.Folder.Fleet.Hosts
        from frozen in host.Frozen
        where frozen.Value.IsOver(fleet.Today)
        let ended = Ended(frozen.Value.Until, frozen.Value.Reason)
        select Problem.OfHost(
            new LockOwner.Host(host.Name),
            $"the freeze of '{frozen.Key}' on {host.Name} {ended}",
            new($"the freeze of '{frozen.Key}' {ended}", new("hostlock unfreeze", ShellWord.Quote(frozen.Key))),
            FleetFile.Name) with
        { Input = frozen.Key };

    static string Ended(DateOnly? until, string? reason) =>
        string.Create(CultureInfo.InvariantCulture, $"ended on {until:yyyy-MM-dd}: {reason}");
}
