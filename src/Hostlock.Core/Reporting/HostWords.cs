using Hostlock.Fleets;

namespace Hostlock.Reporting;

/// <summary>Names hosts on a command line in the fewest words.</summary>
static class HostWords
{
    /// <summary>The words: <c>@ring</c> for all hosts of a ring of several, and the names of the others.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="owners">The hosts, and the root.</param>
    public static IEnumerable<string> Of(Fleet fleet, IReadOnlyCollection<LockOwner> owners)
    {
        var named = owners.OfType<LockOwner.Host>().Select(owner => owner.Name).ToHashSet();
        var whole = fleet.Hosts.Where(host => host.Ring is not null)
            .GroupBy(host => host.Ring!, host => host.Name)
            .Where(ring => ring.Count() > 1 && ring.All(named.Contains))
            .ToDictionary(ring => ring.Key, ring => ring.ToHashSet());
        var inside = whole.SelectMany(ring => ring.Value).ToHashSet();
        return owners.Where(owner => owner is not LockOwner.Host(var name) || !inside.Contains(name))
            .Select(owner => owner.ToString())
            .Concat(whole.Keys.Select(ring => $"@{ring}"));
    }
}
