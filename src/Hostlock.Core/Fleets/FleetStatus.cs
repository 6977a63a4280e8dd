using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets;

/// <summary>One input of one lock, beside the same input of the others.</summary>
/// <param name="Name">The input's name.</param>
/// <param name="Edge">What it is locked to or follows.</param>
/// <param name="SecondsBehind">How much older it is than the newest lock's, where both ask for the same; 0 for the newest.</param>
/// <param name="Freeze">Why it must not move, or null.</param>
public sealed record InputStatus(string Name, LockEdge Edge, ulong SecondsBehind, Freeze? Freeze)
{
    public FlakeRef? Locked => (Edge as LockEdge.Locked)?.Node.Locked;
}

/// <summary>One lock of the fleet: its inputs, or why it cannot be read.</summary>
/// <param name="Place">Whose lock it is.</param>
/// <param name="Lock">The lock; null where there is none or it cannot be read.</param>
/// <param name="Inputs">The inputs directly beneath the flake, by name.</param>
/// <param name="Problem">Why it cannot be read; null where there is simply no file, or all is well.</param>
public sealed record LockStatus(LockPlace Place, LockFile? Lock, ImmutableArray<InputStatus> Inputs, HostlockException? Problem);

/// <summary>The state of every lock, from the files alone: no program is run and nothing is asked.</summary>
public static class FleetStatus
{
    /// <summary>Reads the locks, in parallel; in the order given.</summary>
    public static IReadOnlyList<LockStatus> Read(IReadOnlyList<LockPlace> places)
    {
        var reading = new LockReading();
        var read = places.AsParallel().AsOrdered().Select(place => Read(place, reading)).ToList();
        var newest = new Dictionary<(string, FlakeRef), Moment>();
        foreach (var (name, node) in read.SelectMany(one => Nodes(one.Lock)))
        {
            var key = (name, node.Original);
            if (node.Locked.LastModified is { } modified && modified > newest.GetValueOrDefault(key))
                newest[key] = modified;
        }
        return [.. read.Select(one => new LockStatus(one.Place, one.Lock, Inputs(one.Place, one.Lock, newest), one.Problem))];
    }

    static (LockPlace Place, LockFile? Lock, HostlockException? Problem) Read(LockPlace place, LockReading reading)
    {
        try
        {
            return (place, HostLocks.Read(place, reading), null);
        }
        catch (HostlockException why)
        {
            return (place, null, why);
        }
    }

    static IEnumerable<(string Name, LockedNode Node)> Nodes(LockFile? file) =>
        from input in file?.Root.Inputs ?? NameMap<LockEdge>.Empty
        where input.Value is LockEdge.Locked
        select (input.Key, ((LockEdge.Locked)input.Value).Node);

    static ImmutableArray<InputStatus> Inputs(LockPlace place, LockFile? file, Dictionary<(string, FlakeRef), Moment> newest)
    {
        if (file is null)
            return [];
        var inputs = ImmutableArray.CreateBuilder<InputStatus>(file.Root.Inputs.Count);
        foreach (var (name, edge) in file.Root.Inputs)
        {
            var behind = edge is LockEdge.Locked(var node) && node.Locked.LastModified is { } modified
                ? newest.GetValueOrDefault((name, node.Original)).SecondsSince(modified)
                : 0;
            inputs.Add(new(name, edge, behind, place.Frozen.TryGetValue(name, out var freeze) ? freeze : null));
        }
        return inputs.ToImmutable();
    }
}
