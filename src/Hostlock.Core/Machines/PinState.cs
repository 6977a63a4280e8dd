using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Locks;

namespace Hostlock.Machines;

/// <summary>The comparison of the lock that a machine runs with the lock that the repository has for its host.</summary>
public abstract record PinState
{
    PinState()
    {
    }

    /// <summary>They are the same.</summary>
    public sealed record InSync : PinState;

    /// <summary>The machine runs an earlier lock of the host.</summary>
    /// <param name="Changes">How many changes of the lock it lacks.</param>
    /// <param name="Since">When the first of them was committed; null if it is not committed.</param>
    public sealed record Behind(int Changes, Moment? Since) : PinState;

    /// <summary>git does not have the lock that runs, and every input that differs is newer in it.</summary>
    public sealed record Ahead : PinState;

    /// <summary>git does not have the lock that runs.</summary>
    public sealed record Unknown : PinState;

    /// <summary>The system that runs carries no lock.</summary>
    public sealed record Unstamped : PinState;

    /// <summary>The system that runs was built for another host, or the machine runs none.</summary>
    /// <param name="Host">The other host, as the machine says it; null if the machine is no NixOS.</param>
    public sealed record Foreign(string? Host) : PinState;

    /// <summary>The lock of the repository, or its history, cannot be read.</summary>
    /// <param name="Why">The reason.</param>
    public sealed record NotCompared(HostlockException Why) : PinState;

    /// <summary>Compares the two.</summary>
    /// <param name="host">The host.</param>
    /// <param name="facts">The answer of the machine.</param>
    /// <param name="current">The bytes of the host's lock; null if it has none.</param>
    /// <param name="findAsync">Finds an earlier lock of the host in git, by the SHA-256 of its bytes. It is asked only if it has to
    /// be.</param>
    public static async Task<PinState> OfAsync(
        HostName host, MachineFacts facts, ReadOnlyMemory<byte>? current, Func<string, Task<EarlierLock?>> findAsync)
    {
        if (facts.System is null)
            return new Foreign(null);
        if (facts.Stamp is not { } stamp)
            return new Unstamped();
        if (stamp.OtherThan(host) is { } other)
            return new Foreign(other);
        if (current is { } bytes && Machines.Stamp.Hash(bytes.Span) == stamp.Sha256)
            return new InSync();
        // The lock of the repository may have conflict markers: then only its bytes are known.
        var (running, wanted) = (stamp.TryReadLock(), current is { } text ? LockFileReader.TryRead(text) : null);
        var diff = running is null || wanted is null ? null : LockDiff.Between(wanted, running);
        // A lock in another form, or with other declarations, may have the same pins.
        if (diff?.Changes.All(change => !change.Moves) is true)
            return new InSync();
        if (await findAsync(stamp.Sha256) is { } earlier)
            return new Behind(earlier.ChangesSince, earlier.ReplacedAt);
        return diff is not null && diff.Changes.All(IsNewer) ? new Ahead() : new Unknown();
    }

    static bool IsNewer(LockChange change) =>
        change is { Before: LockEdge.Locked(var before), After: LockEdge.Locked(var after) }
        && before.Locked.LastModified is { } earlier && after.Locked.LastModified is { } later && later > earlier;
}
