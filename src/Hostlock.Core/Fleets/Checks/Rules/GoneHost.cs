using Hostlock.Fleets.Settings;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>hostlock.toml lists a host, a configuration or an output that flake.nix no longer has; Nix fails if it is asked
/// for.</summary>
static class GoneHost
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
    [
        .. fleet.Listed.Misspelt.Select(
            host => new Problem(
                $"{host.Key} is in hostlock.toml and not in flake.nix, which has {host.Value}: one of the two is misspelt",
                FleetFile.Name,
                fleet.Folder.PlaceInFleetFile("hosts", host.Key.ToString())?.Line)),
        .. fleet.Listed.Went.Select(
            host => Problem.OfHost(
                new LockOwner.Host(host),
                $"{host} is in hostlock.toml and no longer in flake.nix",
                new("a host is in hostlock.toml and no longer in flake.nix", new("hostlock eject", "--yes")),
                FleetFile.Name)),
        .. from host in fleet.Listed.GoneConfigurations
           from path in host.Value
           select new Problem(
               $"{path} of {host.Key} is in hostlock.toml and no longer in flake.nix", FleetFile.Name, null, "hostlock init --yes"),
        .. fleet.Listed.GoneOutputs.Select(
            output =>
                new Problem($"'outputs' lists '{output}', which flake.nix no longer has", FleetFile.Name, null, "hostlock init --yes")),
    ];
}
