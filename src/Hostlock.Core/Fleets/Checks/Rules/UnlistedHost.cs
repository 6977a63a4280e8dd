using Hostlock.Fleets.Settings;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>flake.nix, or a flake in the folder of a host, has a host that hostlock.toml does not list.</summary>
static class UnlistedHost
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) => [.. InRoot(fleet), .. InFlakesOfTheirOwn(fleet)];

    static IEnumerable<Problem> InFlakesOfTheirOwn(CheckedFleet fleet) =>
        from host in fleet.Listed.UnlistedFlakes
        select new Problem(
            $"{host.Key} is in {host.Value} and not in hostlock.toml, so flake.nix does not offer it",
            FleetFile.Name,
            null,
            $"hostlock init {host.Key} --yes")
        {
            Owner = new LockOwner.Host(host.Key),
        };

    static IEnumerable<Problem> InRoot(CheckedFleet fleet) =>
        from host in fleet.Folder.Fleet.Outputs is null ? fleet.Listed.Came : []
        select Problem.OfHost(
            new LockOwner.Host(host),
            $"{host} is in flake.nix and not in hostlock.toml, so it is built by flake.lock",
            new("a host is in flake.nix and not in hostlock.toml, so it is built by flake.lock", new("hostlock init", "--yes")),
            FleetFile.Name);
}
