using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Hostlock.Fleets;

namespace Hostlock.Rollouts;

/// <summary>
/// The record of each host of a plan, in the order of the plan. The rules look at all hosts after every event, so this is an array; the
/// places of the hosts in it never change, and all versions of it share them.
/// </summary>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "It is what is known, and the domain says so.")]
public sealed class HostRecords : IReadOnlyCollection<HostRecord>
{
    readonly Dictionary<HostName, int> _places;
    readonly ImmutableArray<HostRecord> _records;

    HostRecords(Dictionary<HostName, int> places, ImmutableArray<HostRecord> records) => (_places, _records) = (places, records);

    /// <summary>Makes the records of hosts of which nothing is known yet.</summary>
    /// <param name="plan">The plan with the hosts.</param>
    public static HostRecords Of(RolloutPlan plan)
    {
        var records = plan.Hosts.Select(host => new HostRecord(host, plan.Id)).ToImmutableArray();
        var places = new Dictionary<HostName, int>(records.Length);
        foreach (var record in records)
            places.Add(record.Plan.Host, places.Count);
        return new(places, records);
    }

    /// <summary>The number of hosts.</summary>
    public int Count => _records.Length;

    /// <summary>The record of a host.</summary>
    /// <param name="host">The host.</param>
    /// <exception cref="KeyNotFoundException">The plan has no such host.</exception>
    public HostRecord this[HostName host] => _records[_places[host]];

    /// <summary>The record of a host; null if the plan has no such host.</summary>
    /// <param name="host">The host.</param>
    public HostRecord? Find(HostName host) => _places.TryGetValue(host, out var place) ? _records[place] : null;

    /// <summary>The records of the hosts of a ring, in the order of the plan, in which the hosts of a ring are next to each
    /// other.</summary>
    /// <param name="ring">A ring of the plan.</param>
    public ArraySegment<HostRecord> Of(RingPlan ring) =>
        ring.Hosts.IsEmpty
            ? ArraySegment<HostRecord>.Empty
            : new(ImmutableCollectionsMarshal.AsArray(_records)!, _places[ring.Hosts[0].Host], ring.Hosts.Length);

    /// <summary>The records with that of one host changed; the same if the plan has no such host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="change">Gives its next record.</param>
    public HostRecords With(HostName host, Func<HostRecord, HostRecord> change) =>
        _places.TryGetValue(host, out var place) ? new(_places, _records.SetItem(place, change(_records[place]))) : this;

    /// <summary>The records with that of every host changed.</summary>
    /// <param name="change">Gives the next record of a host.</param>
    public HostRecords With(Func<HostRecord, HostRecord> change) => new(_places, [.. _records.Select(change)]);

    /// <summary>Walks the records, in the order of the plan.</summary>
    public ImmutableArray<HostRecord>.Enumerator GetEnumerator() => _records.GetEnumerator();

    IEnumerator<HostRecord> IEnumerable<HostRecord>.GetEnumerator() => ((IEnumerable<HostRecord>)_records).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable)_records).GetEnumerator();
}
