using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets;

/// <summary>The locks of a fleet on disk.</summary>
public static class HostLocks
{
    /// <summary>Reads a lock; null if the file does not exist.</summary>
    /// <param name="place">Where it is.</param>
    /// <param name="reading">What is known of other locks; null if this is the only one.</param>
    /// <exception cref="HostlockException">It cannot be read, or is no lock.</exception>
    public static LockFile? Read(LockPlace place, LockReading? reading = null) =>
        ReadBytes(place) is { } bytes ? LockFileReader.Read(place.RelativePath, bytes, reading) : null;

    /// <summary>The bytes of a lock file; null where there is none.</summary>
    internal static byte[]? ReadBytes(LockPlace place)
    {
        // Nix does not read such a one; a host's own lock is read by hostlock.nix, which may go through links.
        if (place.RelativePath == FleetFolder.RootLock && new FileInfo(place.FullPath).LinkTarget is not null)
            throw FleetException.LockIsLink(place.RelativePath);
        return RegularFile.TryRead(place.FullPath, LockFileReader.MaximumBytes, place.RelativePath);
    }

    /// <summary>Reads a lock that has to be there.</summary>
    public static LockFile ReadExisting(LockPlace place) => Read(place) ?? throw FleetException.NoLock(place);

    /// <summary>Replaces a lock.</summary>
    /// <exception cref="HostlockException">It cannot be written.</exception>
    public static void Write(LockPlace place, LockFile file) => WriteBytes([(place, LockFileWriter.Write(file))]);

    /// <summary>Replaces a lock by bytes as they are.</summary>
    /// <exception cref="HostlockException">It cannot be written.</exception>
    public static void WriteBytes(LockPlace place, ReadOnlyMemory<byte> bytes) => WriteBytes([(place, bytes)]);

    /// <summary>Replaces locks by bytes as they are: all of them are written beside before the first is renamed.</summary>
    /// <exception cref="HostlockException">One of them cannot be written; then none is, unless a disk fails half-way.</exception>
    public static void WriteBytes(IReadOnlyList<(LockPlace Place, ReadOnlyMemory<byte> Bytes)> locks)
    {
        foreach (var flake in locks.GroupBy(written => FlakeOf(written.Place), StringComparer.Ordinal))
            new RepositoryFiles(flake.Key).ReplaceAll([.. flake.Select(written => (Path.GetRelativePath(flake.Key, written.Place.FullPath), written.Bytes))]);
    }

    // The folder that the path shown is relative to.
    static string FlakeOf(LockPlace place) =>
        place.FullPath.EndsWith('/' + place.RelativePath, StringComparison.Ordinal)
            ? place.FullPath[..^(place.RelativePath.Length + 1)]
            : Path.GetDirectoryName(place.FullPath)!;
}
