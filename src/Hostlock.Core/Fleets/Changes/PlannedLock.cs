using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>
/// One lock, before and after an update, a promotion, a restored version or a shared input. The changes are derived from the two locks, so
/// no input that moves is reported as kept.
/// </summary>
public sealed record PlannedLock
{
    PlannedLock(LockPlace place, LockFile? before, LockFile after)
    {
        (Place, Before, After, Diff) = (place, before, after, LockDiff.Between(before ?? LockFile.Empty, after));
        // If no entry differs, the form of the file may still differ, so both are written out and compared.
        IsChange = before is null || !Diff.IsEmpty || !LockDiff.Same(before, after);
    }

    /// <summary>The place of the lock.</summary>
    public LockPlace Place { get; private init; }

    /// <summary>The lock as it is; null if the file does not exist.</summary>
    public LockFile? Before { get; }

    /// <summary>The lock as it should be.</summary>
    public LockFile After { get; }

    /// <summary>The entries that differ.</summary>
    public LockDiff Diff { get; private init; }

    /// <summary>True if the file has to be written, even if only its form or its <c>original</c>s change.</summary>
    public bool IsChange { get; }

    /// <summary>The bytes to write; null for those that Nix would write for <see cref="After"/>.</summary>
    public ReadOnlyMemory<byte>? Bytes { get; private init; }

    /// <summary>The bytes of the file as it should be.</summary>
    public ReadOnlyMemory<byte> Contents => Bytes ?? LockFileWriter.Write(After);

    /// <summary>The inputs that a rule left as they are.</summary>
    public IReadOnlyList<HeldInput> Held { get; private init; } = [];

    /// <summary>The inputs that could not be reached.</summary>
    public IReadOnlyList<UnreachableInput> Unreachable { get; private init; } = [];

    /// <summary>The warnings.</summary>
    public IReadOnlyList<Warning> Warnings { get; init; } = [];

    /// <summary>Plans a lock that replaces another.</summary>
    /// <param name="place">The place of the lock.</param>
    /// <param name="before">The lock as it is; null if the file does not exist.</param>
    /// <param name="after">The lock as it should be.</param>
    public static PlannedLock Of(LockPlace place, LockFile? before, LockFile after) => new(place, before, after);

    /// <summary>Plans to put back an earlier lock, byte for byte.</summary>
    /// <param name="place">The place of the lock.</param>
    /// <param name="bytes">The earlier lock.</param>
    /// <param name="source">The source of the earlier lock, for messages.</param>
    /// <param name="reading">The memory of locks that are read together; null for a lock alone.</param>
    /// <exception cref="HostlockException">The bytes are no lock, or a folder, link or device is in its place now.</exception>
    public static PlannedLock Restoring(LockPlace place, byte[] bytes, string source, LockReading? reading = null)
    {
        return new(place, Present(), LockFileReader.Read(source, bytes, reading)) { Bytes = bytes };

        // A lock that cannot be read is the one that most needs an earlier one in its place.
        LockFile? Present()
        {
            try
            {
                return HostLocks.Read(place, reading);
            }
            catch (LockException)
            {
                return null;
            }
        }
    }

    /// <summary>The plan, which keeps facts about a pin that only the present lock has, such as its <c>narHash</c>.</summary>
    public PlannedLock KeepingFacts()
    {
        var after = After.WithFactsOf(Before ?? LockFile.Empty);
        return ReferenceEquals(after, After) ? this : new(Place, Before, after);
    }

    /// <summary>Plans to put back some inputs of an earlier lock, each with all beneath it. The others stay.</summary>
    /// <param name="place">The place of the lock.</param>
    /// <param name="bytes">The earlier lock.</param>
    /// <param name="source">The source of the earlier lock, for messages.</param>
    /// <param name="inputs">The inputs, at least one.</param>
    /// <exception cref="HostlockException">The bytes are no lock, there is no lock now, or an input cannot be put back alone.</exception>
    public static PlannedLock Restoring(LockPlace place, byte[] bytes, string source, ImmutableArray<InputPath> inputs)
    {
        var (earlier, now) = (LockFileReader.Read(source, bytes), HostLocks.ReadExisting(place));
        var after = now;
        foreach (var path in inputs)
        {
            if (earlier.EdgeAt(path) is null || (path.Length > 1 && after.EdgeAt(path.Parent) is not LockEdge.Locked))
                throw FleetException.NotAnInput(place, path, earlier);
            after = LockGraft.Into(after, earlier, path);
        }
        return LockGraft.Dangling(after) is [var (input, follows), ..]
            ? throw FleetException.RestoresDangling(place, input, follows)
            : new(place, now, after.WithUnknownOf(now));
    }

    /// <summary>
    /// Records the inputs that a rule holds, and those that could not be reached. A held input that moves all the same is left out; one
    /// that could not be reached may move to an earlier answer.
    /// </summary>
    public PlannedLock Leaving(IEnumerable<HeldInput> held, IEnumerable<UnreachableInput> unreachable) => this with
    {
        Held = [.. held.Where(input => Stays(input.Path))],
        Unreachable = [.. unreachable],
    };

    /// <summary>The same plan, with no word on how other inputs change.</summary>
    /// <param name="asked">The inputs that are asked about.</param>
    public PlannedLock About(InputSelection asked) => asked.IsAll ? this : this with { Diff = asked.Of(Diff) };

    /// <summary>The same plan for another lock with the same contents.</summary>
    public PlannedLock At(LockPlace place) => this with { Place = place };

    /// <summary>Writes locks, all of them or none.</summary>
    /// <param name="locks">The locks, with the bytes that <see cref="Texts"/> gives.</param>
    /// <param name="entries">The records of the change, which are on the disk before the first lock is renamed.</param>
    /// <exception cref="HostlockException">A lock or a record cannot be written.</exception>
    public static void Apply(
        IEnumerable<(LockPlace Place, ReadOnlyMemory<byte> Bytes)> locks, IReadOnlyList<RecordEntry> entries) =>
        HostLocks.WriteBytes([.. locks], entries);

    /// <summary>The bytes of the files of the locks that change. Locks that are one object have one array of bytes.</summary>
    /// <param name="locks">The locks.</param>
    public static IReadOnlyList<(LockPlace Place, ReadOnlyMemory<byte> Bytes)> Texts(IEnumerable<PlannedLock> locks)
    {
        // Many hosts may get the same lock, so its text is made once.
        var texts = new Dictionary<LockFile, byte[]>(ReferenceEqualityComparer.Instance);
        return [.. locks.Where(planned => planned.IsChange).Select(planned => (planned.Place, planned.Bytes ?? Text(planned.After)))];

        ReadOnlyMemory<byte> Text(LockFile file)
        {
            if (!texts.TryGetValue(file, out var text))
                texts.Add(file, text = LockFileWriter.Write(file));
            return text;
        }
    }

    /// <summary>True if an input is locked as before.</summary>
    public bool Stays(InputPath path) => !Diff.Changes.Any(change => change.Moves && change.Path.Equals(path));
}
