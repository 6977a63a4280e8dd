using Hostlock.Fleets.Settings;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>
/// flake.nix has a configuration or an output that hostlock.toml does not list, while it lists the outputs: so Nix does not see it.
/// </summary>
static class UnseenConfiguration
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet)
    {
        if (fleet.Folder.Fleet.Outputs is null)
            return [];
        return
        [
            .. fleet.Listed.Came.Select(host => Problem.OfHost(
                new LockOwner.Host(host),
                $"{host} is in flake.nix and not in hostlock.toml, so Nix does not see it",
                new("a host is in flake.nix and not in hostlock.toml, so Nix does not see it", new("hostlock init", "--yes")),
                FleetFile.Name)),
            .. from host in fleet.Listed.UnlistedConfigurations
               from path in host.Value
               select Of($"{path} is in flake.nix, and hostlock.toml does not list it for {host.Key}", "hostlock init --yes"),
            .. fleet.Listed.UnlistedOutputs.Select(
                output => Of($"flake.nix has an output '{output}' that 'outputs' does not list", "hostlock init --yes")),
        ];
    }

    static Problem Of(string what, string fix) => new($"{what}, so Nix does not see it", FleetFile.Name, null, fix);
}
