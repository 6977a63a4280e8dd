using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets;

/// <summary>One input of one lock, compared with the same input of the other locks.</summary>
/// <param name="Name">The input's name.</param>
/// <param name="Edge">The entry of the input: locked, or a follows.</param>
/// <param name="SecondsBehind">The seconds by which the input is older than the newest one with the same reference; 0 for the
/// newest.</param>
/// <param name="Freeze">The freeze of the input; null if it is not frozen.</param>
public sealed record InputStatus(string Name, LockEdge Edge, ulong SecondsBehind, Freeze? Freeze)
{
    /// <summary>Gets what the input is locked to; null means that it is locked to nothing, as if it follows another.</summary>
    public FlakeRef? Locked => (Edge as LockEdge.Locked)?.Node.Locked;
}

/// <summary>One lock of the fleet: its inputs, or the reason why it cannot be read.</summary>
/// <param name="Place">The place of the lock.</param>
/// <param name="Lock">The lock; null if the file does not exist or cannot be read.</param>
/// <param name="Inputs">The inputs directly beneath the flake, by name.</param>
/// <param name="Problem">The reason why the lock cannot be read; null if it was read, or the file does not exist.</param>
public sealed record LockStatus(LockPlace Place, LockFile? Lock, ImmutableArray<InputStatus> Inputs, HostlockException? Problem)
{
    /// <summary>True if git could not merge the lock and nobody has settled it yet; the file has our side of what the sides differ
    /// on.</summary>
    public bool IsUnmerged { get; init; }
}

/// <summary>Reads the state of locks from the files alone. No program is run, and no network is used.</summary>
public static class FleetStatus
{
    /// <summary>Reads locks in parallel, and returns them in the order given.</summary>
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
