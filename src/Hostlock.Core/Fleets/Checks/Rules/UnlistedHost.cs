using Hostlock.Fleets.Settings;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>flake.nix has a host that hostlock.toml does not list; so it is built by the root lock.</summary>
static class UnlistedHost
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        from host in fleet.Folder.Fleet.Outputs is null ? fleet.Listed.Unlisted : []
        select new Problem(
            $"{host} is in flake.nix and not in hostlock.toml, so it is built by flake.lock",
            FleetFile.Name,
            null,
            $"hostlock init {host} --yes");
}
