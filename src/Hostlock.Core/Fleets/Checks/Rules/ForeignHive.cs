namespace Hostlock.Fleets.Checks.Rules;

/// <summary>
/// A hive of colmena builds a host of modules of its own: by the root lock, while <c>nixosConfigurations</c> has the host by its own.
/// A hive that is made of <c>nixosConfigurations</c>, or that <c>colmenaHive</c> evaluates, builds each host by its own lock.
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
                $"'colmena' builds {string.Join(' ', split)} of modules of its own, by flake.lock; with the output "
                    + $"'colmenaHive = colmena.lib.makeHive self.outputs.colmena' colmena builds each by its own lock",
                FleetFolder.FlakeFile);
        }
    }
}
