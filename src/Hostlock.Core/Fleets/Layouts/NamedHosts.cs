using System.Collections.Immutable;
using Hostlock.Flakes;

namespace Hostlock.Fleets.Layouts;

/// <summary>The hosts that the outputs of a flake name, and the configurations of each.</summary>
static class NamedHosts
{
    static readonly ImmutableArray<string> Systems = OutputNames.HostOutputs.Remove(OutputNames.Homes);

    /// <summary>
    /// The hosts that the outputs of a flake name, with the attribute paths of the configurations that are theirs; empty if the names are
    /// computed. The home of jono@plex belongs to plex; if the flake has only homes, plex need not have a system.
    /// </summary>
    public static ImmutableSortedDictionary<HostName, ImmutableArray<string>> In(OutputNames names)
    {
        var hosts = ImmutableSortedDictionary.CreateBuilder<HostName, ImmutableArray<string>>();
        foreach (var output in Systems)
        {
            foreach (var host in names.Configurations.GetValueOrDefault(output, []).Select(HostName.TryParse).OfType<HostName>())
                hosts[host] = hosts.GetValueOrDefault(host, []).Add(Host.ConfigurationPath(output, host.ToString()));
        }
        var hasHomesAlone = names.AreComplete && Systems.All(output => names.Configurations.GetValueOrDefault(output, []).IsEmpty);
        var homes = names.Configurations.GetValueOrDefault(OutputNames.Homes, []);
        foreach (var home in homes.OrderByDescending(home => HostOf(home) is not null))
        {
            if (OwnerOf(OutputNames.Homes, home) is not { } host)
                continue;
            if (hosts.TryGetValue(host, out var configurations) || (hasHomesAlone && HostOf(home) is not null))
                hosts[host] = (configurations.IsDefault ? [] : configurations).Add(Host.ConfigurationPath(OutputNames.Homes, home));
        }
        return hosts.ToImmutable();
    }

    /// <summary>
    /// The host of a configuration by its name: plex for the home <c>jono@plex</c>, else the name itself. Null if no host can have that
    /// name.
    /// </summary>
    public static HostName? OwnerOf(string output, string name) =>
        HostName.TryParse(output == OutputNames.Homes ? HostOf(name) ?? name : name);

    // Null for the home of a user or a profile.
    static string? HostOf(string home) => home.LastIndexOf('@') is > 0 and var at ? home[(at + 1)..] : null;
}
