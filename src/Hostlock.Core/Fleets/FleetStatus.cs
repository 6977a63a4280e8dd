using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets.Layouts;
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
    /// <summary>True if another lock has an older revision of the same reference, and none a newer one.</summary>
    public bool IsAhead { get; init; }

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

    /// <summary>True if the commit of HEAD does not have the lock as it lies there.</summary>
    public bool IsUncommitted { get; init; }

    /// <summary>How the lock differs from what is declared; null if it does not, or nobody compared them.</summary>
    public Staleness? Stale { get; init; }
}

/// <summary>How a lock differs from what its flake declares.</summary>
/// <param name="Inputs">The inputs in which it differs, at least one.</param>
/// <param name="CanBeLocked">False if a declaration makes no sense, so that nothing can be locked before it is put right.</param>
public sealed record Staleness(ImmutableArray<StaleInput> Inputs, bool CanBeLocked);

/// <summary>The state of a flake's locks, and what is known of its hosts.</summary>
/// <param name="Fleet">The hosts and rings of hostlock.toml.</param>
/// <param name="Locks">The state of the locks that are spoken of.</param>
/// <param name="Listed">What hostlock.toml lists, compared with flake.nix.</param>
public sealed record FleetState(Fleet Fleet, IReadOnlyList<LockStatus> Locks, ListedHosts Listed)
{
    /// <summary>The locks, without those of hosts that hostlock.toml misspells: nobody needs them.</summary>
    public IEnumerable<LockStatus> Needed => Locks.Where(status => status.Lock is not null || !Listed.IsMisspelt(status.Place.Owner));
}

/// <summary>Reads the state of locks from the files alone. No program is run, and no network is used.</summary>
public static class FleetStatus
{
    /// <summary>Reads locks in parallel, and returns them in the order given.</summary>
    public static IReadOnlyList<LockStatus> Read(IReadOnlyList<LockPlace> places)
    {
        var reading = new LockReading();
        var read = places.AsParallel().AsOrdered().Select(place => Read(place, reading)).ToList();
        var known = new Dictionary<(string, FlakeRef), (Moment Oldest, Moment Newest)>();
        foreach (var (name, node) in read.SelectMany(one => Nodes(one.Lock)))
        {
            if (node.Locked.LastModified is not { } modified)
                continue;
            var (oldest, newest) = known.GetValueOrDefault((name, node.Original), (modified, modified));
            known[(name, node.Original)] = (modified < oldest ? modified : oldest, modified > newest ? modified : newest);
        }
        return [.. read.Select(one => new LockStatus(one.Place, one.Lock, Inputs(one.Place, one.Lock, known), one.Problem))];
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

    static ImmutableArray<InputStatus> Inputs(
        LockPlace place, LockFile? file, Dictionary<(string, FlakeRef), (Moment Oldest, Moment Newest)> known)
    {
        if (file is null)
            return [];
        var inputs = ImmutableArray.CreateBuilder<InputStatus>(file.Root.Inputs.Count);
        foreach (var (name, edge) in file.Root.Inputs)
        {
            var (behind, isAhead) = (0UL, false);
            if (edge is LockEdge.Locked(var node) && node.Locked.LastModified is { } modified)
            {
                var (oldest, newest) = known[(name, node.Original)];
                (behind, isAhead) = (newest.SecondsSince(modified), modified == newest && oldest < newest);
            }
            inputs.Add(new(name, edge, behind, place.Frozen.TryGetValue(name, out var freeze) ? freeze : null) { IsAhead = isAhead });
        }
        return inputs.ToImmutable();
    }
}
