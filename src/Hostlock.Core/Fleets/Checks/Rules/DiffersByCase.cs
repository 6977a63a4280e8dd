using Hostlock.Fleets.Settings;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>Two locks or two rings have names that differ by case alone. On a Mac, one of them would take the other's place.</summary>
static class DiffersByCase
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) => [.. Locks(fleet.Folder), .. Rings(fleet.Folder)];

    static IEnumerable<Problem> Locks(FleetFolder folder) =>
        from twins in CaseTwins.Of(folder.Fleet.Hosts.Select(host => host.Lock).Prepend(FleetFolder.RootLock))
        let host = folder.Fleet.Hosts.First(host => host.Lock == twins.Second).Name
        select new Problem(
            $"'{twins.First}' and '{twins.Second}' differ by case alone: on a Mac they are one file", FleetFile.Name,
            folder.PlaceInFleetFile("hosts", host.ToString())?.Line)
        { Owner = new LockOwner.Host(host) };

    // The branches, and the refs of git, that have the name of a ring are files too.
    static IEnumerable<Problem> Rings(FleetFolder folder) =>
        from twins in CaseTwins.Of(folder.Fleet.Rings.Select(ring => ring.Name))
        select new Problem(
            $"the rings '{twins.First}' and '{twins.Second}' differ by case alone: on a Mac their branches are one", FleetFile.Name,
            folder.PlaceInFleetFile("rings", twins.Second)?.Line);
}
