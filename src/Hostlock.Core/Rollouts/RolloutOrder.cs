using System.Collections.Immutable;
using Hostlock.Fleets;

namespace Hostlock.Rollouts;

/// <summary>The hosts that get a lock, and their order: the rings of hostlock.toml, or else one host and then the others.</summary>
/// <param name="Rings">The rings in their order, each with at least one host. The lock of the very first host goes through all of
/// them.</param>
/// <param name="Groups">The groups that have hosts among these.</param>
public sealed record RolloutOrder(ImmutableArray<RingHosts> Rings, ImmutableArray<GroupPlan> Groups)
{
    /// <summary>The host whose lock goes through the rings.</summary>
    public Host First => Rings[0].Hosts[0];

    /// <summary>The hosts in their order.</summary>
    public IEnumerable<Host> Hosts => Rings.SelectMany(ring => ring.Hosts);

    /// <summary>Finds the order.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="named">The hosts, each once, in the order in which they were named; none means all hosts that are in a ring.</param>
    /// <exception cref="RolloutException">There are no rings and no names, or it cannot be said which ring comes first.</exception>
    public static RolloutOrder Of(Fleet fleet, IReadOnlyList<Host> named)
    {
        var hosts = named.Count > 0 ? named : [.. fleet.Hosts.Where(host => host.Ring is not null)];
        if (hosts.Count == 0)
            throw RolloutException.NoRings();
        var rings = hosts.Select(host => host.Ring).Distinct().ToList();
        ImmutableArray<RingHosts> order = [.. named.Count == 0 || rings.Count > 1 ? ByRings(fleet, hosts, named) : OneByOne(fleet, hosts)];
        RefuseOutOfOrder(order);
        return new(
            order,
            [
                .. fleet.Groups.Select(
                    group => new GroupPlan(
                        group.Name, group.Parallel, [.. group.Hosts.Where(name => hosts.Any(host => host.Name == name))]))
                .Where(group => !group.Hosts.IsEmpty),
            ]);
    }

    // A host that comes after one of a later ring would never begin.
    static void RefuseOutOfOrder(ImmutableArray<RingHosts> order)
    {
        var later = order.SelectMany(ring => ring.Hosts).Select(host => host.Name).ToHashSet();
        foreach (var ring in order)
        {
            later.ExceptWith(ring.Hosts.Select(host => host.Name));
            foreach (var host in ring.Hosts)
            {
                if (host.After.Where(later.Contains).ToList() is [var other, ..])
                    throw RolloutException.OutOfOrder(host.Name, other);
            }
        }
    }

    // The first host tries the lock. The others follow, by the rule of the ring of the first host.
    static IEnumerable<RingHosts> OneByOne(Fleet fleet, IReadOnlyList<Host> hosts)
    {
        var ring = fleet.Rings.FirstOrDefault(ring => ring.Name == hosts[0].Ring);
        yield return new("1", Rule(ring, 1) with { Soak = TimeSpan.Zero }, [hosts[0]]);
        if (hosts.Count > 1)
            yield return new(
                "2", Rule(ring, hosts.Count - 1) with { Soak = TimeSpan.Zero, NeedsApproval = false }, [.. hosts.Skip(1)]);
    }

    static IEnumerable<RingHosts> ByRings(Fleet fleet, IReadOnlyList<Host> hosts, IReadOnlyList<Host> named)
    {
        if (hosts.FirstOrDefault(host => host.Ring is null) is { } outside)
            throw RolloutException.InNoRing(outside.Name);
        var left = fleet.Rings.Where(ring => hosts.Any(host => host.Ring == ring.Name)).ToList();
        var isFirst = true;
        while (left.Count > 0)
        {
            // A ring that takes no part hands on what it comes after.
            var next = left.Where(ring => !Before(fleet, ring).Any(left.Contains)).ToList();
            if (isFirst && next.Count > 1)
            {
                // No setting says which is first, so the names do.
                if (named.Count == 0)
                    throw RolloutException.TwoFirstRings(next[0].Name, next[1].Name);
                next = [.. next.OrderBy(ring => named.TakeWhile(host => host.Ring != ring.Name).Count())];
            }
            foreach (var ring in next)
            {
                ImmutableArray<Host> members = [.. hosts.Where(host => host.Ring == ring.Name)];
                var rule = Rule(ring, members.Length);
                yield return new(ring.Name, isFirst ? rule with { Soak = TimeSpan.Zero } : rule, members);
                isFirst = false;
            }
            left.RemoveAll(next.Contains);
        }
    }

    static IEnumerable<Ring> Before(Fleet fleet, Ring ring)
    {
        for (var at = ring; at.After is { } name;)
            yield return at = fleet.Rings.First(each => each.Name == name);
    }

    static RingRule Rule(Ring? ring, int hosts) => ring is null ? RingRule.Default : new()
    {
        Soak = ring.Soak,
        Parallel = ring.Parallel,
        MaxFailed = ring.MaxFailed.Of(hosts),
        MaxAbsent = ring.MaxAbsent?.Of(hosts),
        Window = ring.Window,
        NeedsApproval = ring.NeedsApproval,
    };
}

/// <summary>A ring with its hosts, whose systems are not known yet.</summary>
/// <param name="Name">The name of the ring.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Hosts">The hosts, in their order.</param>
public sealed record RingHosts(string Name, RingRule Rule, ImmutableArray<Host> Hosts);
