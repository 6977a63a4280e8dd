using System.Globalization;
using Hostlock.Flakes;
using Hostlock.Fleets;

namespace Hostlock.Machines.Probing;

/// <summary>A machine as it was when it last answered.</summary>
/// <param name="MachineId">Which machine it was; empty if it did not say.</param>
/// <param name="At">When it answered.</param>
/// <param name="Label">The short word for the lock or system that it ran.</param>
public sealed record SeenMachine(string MachineId, Moment At, string Label)
{
    /// <summary>The system that it ran, as its configuration makes it; null if that is not known.</summary>
    public StorePath? System { get; init; }

    /// <summary>True if a person said that this machine is the host's, whatever it runs.</summary>
    public bool IsAccepted { get; init; }
}

/// <summary>Remembers when each host of a fleet answered, and what it ran. It is kept in the cache, so it may be lost.</summary>
/// <param name="cache">The cache.</param>
/// <param name="fleet">The folder of the fleet, absolute.</param>
public sealed class SeenMachines(MachineCache cache, string fleet)
{
    const string Kind = "seen";

    // This word is the last line if a person said that the machine is the host's.
    const string Accepted = "accepted";

    /// <summary>A host as it was when it last answered; null if it never did.</summary>
    public SeenMachine? Find(HostName host) =>
        cache.Find(Kind, KeyOf(host))?.Split('\n') is [var id, var at, var label, .. var more]
        && Moment.TryParse(at) is { } time
            ? new(id, time, label)
            {
                System = more.Select(StorePath.TryParse).FirstOrDefault(system => system is not null),
                IsAccepted = more.Contains(Accepted),
            }
            : null;

    /// <summary>Remembers an answer.</summary>
    public void Keep(HostName host, SeenMachine seen) =>
        cache.Keep(
            Kind,
            KeyOf(host),
            string.Create(CultureInfo.InvariantCulture, $"{seen.MachineId}\n{seen.At.Seconds}\n{seen.Label}")
                + (seen.System is { } system ? $"\n{system}" : "")
                + (seen.IsAccepted ? $"\n{Accepted}" : ""));

    string KeyOf(HostName host) => $"{fleet}\n{host}";
}
