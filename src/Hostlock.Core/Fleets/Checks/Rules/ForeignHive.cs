namespace Hostlock.Fleets.Checks.Rules;

/// <summary>
/// A hive of colmena builds a host of modules of its own: by the root lock, while <c>nixosConfigurations</c> has the host by its own.
/// A hive that is made of <c>nixosConfigurations</c> builds each host by its own lock.
/// </summary>
static class ForeignHive
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet)
    {
        var nodes = fleet.Flakes.Outputs(FleetFolder.FlakeFile)?.HiveNodes ?? [];
        var split = fleet.Folder.Fleet.Hosts.Where(host => host.Lock != FleetFolder.RootLock)
            .Select(host => host.Name.ToString())
            .Where(nodes.Contains)
            .ToList();
        if (split.Count > 0)
        {
            yield return new(
                $"'colmena' builds {string.Join(' ', split)} of modules of its own, by flake.lock; a hive made of nixosConfigurations "
                    + $"builds each by its own lock",
                FleetFolder.FlakeFile);
        }
    }
}
