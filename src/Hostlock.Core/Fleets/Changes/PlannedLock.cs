using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>
/// One lock as it should be, beside what it is: what an update, a promotion, a restored version or a shared input makes of it. What it says of its
/// inputs is read off the two locks, so no input is said to stay that moves.
/// </summary>
public sealed record PlannedLock
{
    PlannedLock(LockPlace place, LockFile? before, LockFile after)
    {
        (Place, Before, After, Diff) = (place, before, after, LockDiff.Between(before ?? LockFile.Empty, after));
        // If no entry differs, the form of the file still may: that takes writing both.
        IsChange = before is null || !Diff.IsEmpty || !LockDiff.Same(before, after);
    }

    /// <summary>Where the lock lies, and whose it is.</summary>
    public LockPlace Place { get; private init; }

    /// <summary>What the lock is; null if there is no file.</summary>
    public LockFile? Before { get; }

    /// <summary>What the lock should be.</summary>
    public LockFile After { get; }

    /// <summary>The entries that differ.</summary>
    public LockDiff Diff { get; }

    /// <summary>True if the file has to be written, even if only its form or its <c>original</c>s change.</summary>
    public bool IsChange { get; }

    /// <summary>The bytes to write; null if they are those that Nix would write for <see cref="After"/>.</summary>
    public ReadOnlyMemory<byte>? Bytes { get; private init; }

    /// <summary>The inputs that a rule left as they are.</summary>
    public IReadOnlyList<HeldInput> Held { get; private init; } = [];

    /// <summary>The inputs that could not be reached and stay as they are.</summary>
    public IReadOnlyList<UnreachableInput> Unreachable { get; private init; } = [];

    /// <summary>What was odd on the way.</summary>
    public IReadOnlyList<Warning> Warnings { get; init; } = [];

    /// <summary>A lock that takes the place of another.</summary>
    /// <param name="place">Where it lies.</param>
    /// <param name="before">What it is; null if there is no file.</param>
    /// <param name="after">What it should be.</param>
    public static PlannedLock Of(LockPlace place, LockFile? before, LockFile after) => new(place, before, after);

    /// <summary>An earlier lock put back, byte for byte.</summary>
    /// <param name="place">Where it lies.</param>
    /// <param name="bytes">The earlier lock.</param>
    /// <exception cref="HostlockException">The bytes are no lock, or the present lock cannot be read.</exception>
    public static PlannedLock Restoring(LockPlace place, byte[] bytes) =>
        new(place, HostLocks.Read(place), LockFileReader.Read(place.RelativePath, bytes)) { Bytes = bytes };

    /// <summary>Says which inputs were to be left as they are, by a rule or because they could not be reached. Those that move all the same are dropped.</summary>
    public PlannedLock Leaving(IEnumerable<HeldInput> held, IEnumerable<UnreachableInput> unreachable) => this with
    {
        Held = [.. held.Where(input => Stays(input.Path))],
        Unreachable = [.. unreachable.Where(input => Stays(input.Path))],
    };

    /// <summary>The same plan for a lock elsewhere that has the same contents.</summary>
    public PlannedLock At(LockPlace place) => this with { Place = place };

    /// <summary>Writes the locks that change, all of them or none.</summary>
    public static void Apply(IEnumerable<PlannedLock> locks)
    {
        // Many hosts may get one lock.
        var texts = new Dictionary<LockFile, byte[]>(ReferenceEqualityComparer.Instance);
        HostLocks.WriteBytes([.. locks.Where(planned => planned.IsChange).Select(planned => (planned.Place, planned.Bytes ?? Text(planned.After)))]);

        ReadOnlyMemory<byte> Text(LockFile file)
        {
            if (!texts.TryGetValue(file, out var text))
                texts.Add(file, text = LockFileWriter.Write(file));
            return text;
        }
    }

    bool Stays(InputPath path) => !Diff.Changes.Any(change => change.Moves && change.Path.Equals(path));
}
