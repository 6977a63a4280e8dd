using System.Globalization;
using Hostlock.Fleets.Settings;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>The last day of a freeze is past, and the input is still frozen.</summary>
static class ExpiredFreeze
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        from host in fleet.Folder.Fleet.Hosts
        from frozen in host.Frozen
        let until = frozen.Value.Until
        where until < fleet.Today
        select new Problem(
            string.Create(
                CultureInfo.InvariantCulture,
                $"the freeze of '{frozen.Key}' on {host.Name} ended on {until:yyyy-MM-dd}: {frozen.Value.Reason}"),
            FleetFile.Name, null, $"hostlock unfreeze {host.Name} {ShellWord.Quote(frozen.Key)}");
}
