using System.Collections.Immutable;
using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Machines;

namespace Hostlock.Reporting.Pages;

/// <summary>Hosts of one ring whose locks are the same, so that they share a row.</summary>
/// <param name="Owners">The hosts, or the root.</param>
/// <param name="Status">The state of the lock of the first of them.</param>
/// <param name="Machines">The states of their machines; none if they were not asked.</param>
sealed record LockRow(ImmutableArray<LockOwner> Owners, LockStatus Status, ImmutableArray<MachineStatus> Machines);

/// <summary>The hosts of one ring.</summary>
/// <param name="Title">The name of the ring, in words.</param>
/// <param name="Rows">The hosts, by their locks.</param>
sealed record RingRows(string Title, ImmutableArray<LockRow> Rows)
{
    const string Root = "root lock";

    /// <summary>The locks of a fleet, ring by ring in the order of a rollout; those of hosts in no ring come behind, and the root's comes
    /// last.</summary>
    /// <param name="page">The fleet.</param>
    public static ImmutableArray<RingRows> Of(FleetPage page)
    {
        var ringOf = page.Fleet.Hosts.ToDictionary(host => host.Name, host => host.Ring);
        var machines = page.Machines?.ToDictionary(machine => machine.Host.Name);
        var outside = page.Fleet.Rings.IsEmpty ? "hosts" : "in no ring";
        var owners = from status in page.Locks
                     from owner in status.Place.Sharers
                     select (Title: TitleOf(owner), Owner: owner, Status: status);
        var byTitle = owners.ToLookup(owner => owner.Title);
        return
        [
            .. InOrder(page.Fleet.Rings).Select(ring => $"ring {ring}").Append(outside).Append(Root)
                .Where(byTitle.Contains)
                .Select(title => new RingRows(
                    title, [.. byTitle[title].GroupBy(owner => owner.Status, SameLock.Instance).Select(alike => Row(alike))])),
        ];

        LockRow Row(IEnumerable<(string Title, LockOwner Owner, LockStatus Status)> alike) => new(
            [.. alike.Select(owner => owner.Owner)],
            alike.First().Status,
            [
                .. alike.Select(owner => owner.Owner).OfType<LockOwner.Host>()
                    .Select(owner => machines?.GetValueOrDefault(owner.Name)).OfType<MachineStatus>(),
            ]);

        string TitleOf(LockOwner owner) => owner switch
        {
            LockOwner.Host(var name) when ringOf.GetValueOrDefault(name) is { } ring => $"ring {ring}",
            LockOwner.Host => outside,
            _ => Root,
        };
    }

    /// <summary>The names of rings, each behind the one that it comes after.</summary>
    /// <param name="rings">The rings.</param>
    static IEnumerable<string> InOrder(ImmutableArray<Ring> rings)
    {
        var left = rings.ToList();
        while (left.Count > 0)
        {
            // Settings in which rings come after each other in a circle are refused when they are read.
            var next = left.Where(ring => left.TrueForAll(other => other.Name != ring.After)).ToList();
            foreach (var ring in next)
                yield return ring.Name;
            if (left.RemoveAll(next.Contains) == 0)
                yield break;
        }
    }
}

/// <summary>Tells whether two locks can share a row: they have the same pins and freezes, and both are merged or both are not.</summary>
sealed class SameLock : IEqualityComparer<LockStatus>
{
    /// <summary>The only one.</summary>
    public static readonly SameLock Instance = new();

    /// <inheritdoc/>
    public bool Equals(LockStatus? x, LockStatus? y) =>
        ReferenceEquals(x, y)
        || (x is { Lock: { } one } && y is { Lock: { } other }
            && x.IsUnmerged == y.IsUnmerged
            && x.Place.Frozen.SameAs(y.Place.Frozen)
            && (one.Root.Inputs.SameAs(other.Root.Inputs) || LockDiff.Between(one, other).IsEmpty));

    /// <inheritdoc/>
    public int GetHashCode(LockStatus obj)
    {
        var hash = new HashCode();
        hash.Add(obj.Lock is null);
        hash.Add(obj.IsUnmerged);
        foreach (var input in obj.Inputs)
        {
            hash.Add(input.Name);
            hash.Add(input.Locked?.Revision ?? input.Locked?.NarHash);
        }
        return hash.ToHashCode();
    }
}
