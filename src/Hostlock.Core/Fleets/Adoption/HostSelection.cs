using System.Collections.Immutable;
using Hostlock.Platform;

namespace Hostlock.Fleets.Adoption;

/// <summary>
/// Selects the hosts of a flake to adopt: those that the user names; otherwise those that hostlock.toml lists and the flake has, except the
/// ones on the root lock; otherwise all hosts of the flake.
/// </summary>
public static class HostSelection
{
    /// <summary>Plans the adoption. Writes nothing.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="words">The names of the hosts; none for all.</param>
    /// <param name="processes">Runs nix, if flake.nix does not say what its hosts are.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">A word is no host, no host is known, or the flake cannot be adopted.</exception>
    public static async Task<InitPlan> PlanAsync(FleetFolder folder, IReadOnlyList<string> words, IProcessRunner processes, CancellationToken cancellationToken)
    {
        var names = await HostNames.FindAsync(folder, processes, cancellationToken);
        var known = names.Configurations;
        var chosen = Choose(folder, words, known.Keys).ToList();
        if (words.Count > 0 && names.IsComplete && chosen.Where(host => !known.ContainsKey(host)).ToList() is [var unknown, ..])
            throw FleetException.UnknownHost(unknown.ToString(), known.Keys);
        if (chosen.Count == 0 && !folder.HasFleetFile)
            throw HostNames.Unknown(folder);
        var hosts = chosen.ToImmutableSortedDictionary(host => host, names.ConfigurationsOf);
        var others = names.IsComplete ? known.RemoveRange(hosts.Keys) : known.Clear();
        return FleetInit.Plan(folder, hosts, others, names.Outputs);
    }

    static IEnumerable<HostName> Choose(FleetFolder folder, IReadOnlyList<string> words, IEnumerable<HostName> known)
    {
        if (words.Count > 0)
            return words.Select(word => HostName.Parse(word)).Distinct();
        var onRootLock = folder.Fleet.Hosts.Where(host => host.Lock == FleetFolder.RootLock).Select(host => host.Name);
        return folder.Fleet.Hosts.Select(host => host.Name).Union(known).Except(onRootLock);
    }
}
