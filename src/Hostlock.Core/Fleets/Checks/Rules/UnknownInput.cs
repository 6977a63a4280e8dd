using Hostlock.Fleets.Changes;
using Hostlock.Fleets.Settings;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>
/// hostlock.toml freezes an input, or has a policy for one, that no lock and no declaration has. A freeze with a misspelt name holds
/// nothing.
/// </summary>
static class UnknownInput
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet) => [.. Frozen(fleet), .. Policies(fleet)];

    static IEnumerable<Problem> Frozen(CheckedFleet fleet)
    {
        foreach (var host in fleet.Folder.Fleet.Hosts.Where(host => host.Frozen.Count > 0))
        {
            var status = fleet.Locks.First(status => status.Place.RelativePath == host.Lock);
            var known = fleet.Declared(status.Place).Inputs.Keys.Union(status.Inputs.Select(input => input.Name)).ToList();
            foreach (var input in host.Frozen.Names.Except(known))
            {
                var message = $"[hosts.{host.Name}] freezes '{input}', which is not an input of {host.Name}";
                yield return At(fleet, message, Closest.To(input, known), "hosts", host.Name.ToString(), "freeze", input) with
                {
                    Owner = new LockOwner.Host(host.Name),
                    Input = input,
                };
            }
        }
    }

    static IEnumerable<Problem> Policies(CheckedFleet fleet) =>
        from unknown in PolicyNames.Unknown(
            fleet.Folder.Fleet, [.. fleet.Locks.Select(status => (status.Lock, fleet.Declared(status.Place)))])
        select At(
            fleet, $"'{unknown.Name}' is not an input of any lock", Closest.To(unknown.Name, unknown.Known), "inputs", unknown.Name) with
        {
            Input = unknown.Name,
        };

    static Problem At(CheckedFleet fleet, string message, string? nearest, params ReadOnlySpan<string> keys) =>
        new(
            nearest is null ? message : $"{message}; {nearest}",
            FleetFile.Name,
            fleet.Folder.PlaceInFleetFile(keys)?.Line);
}
