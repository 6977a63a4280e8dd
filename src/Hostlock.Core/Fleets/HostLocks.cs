using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets;

/// <summary>Reads and writes the locks of a fleet.</summary>
public static class HostLocks
{
    /// <summary>Reads a lock; null if the file does not exist. The root lock of a flake without inputs is empty then: Nix writes
    /// none.</summary>
    /// <param name="place">The place of the lock.</param>
    /// <param name="reading">The nodes of other locks, which are reused; null if this is the only one.</param>
    /// <exception cref="HostlockException">The file cannot be read, or is not a lock.</exception>
    public static LockFile? Read(LockPlace place, LockReading? reading = null)
    {
        RefuseLink(place);
        var read = RegularFile.TryRead(
            place.FullPath, LockFileReader.MaximumBytes, place.RelativePath,
            bytes => LockFileReader.Read(place.RelativePath, bytes, reading));
        if (read is null)
            RefuseUnwritable(place);
        return read ?? (NeedsNone(place) ? LockFile.Empty : null);
    }

    /// <summary>Reads the bytes of a lock file; null if it does not exist.</summary>
    internal static byte[]? ReadBytes(LockPlace place)
    {
        RefuseLink(place);
        var read = RegularFile.TryRead(place.FullPath, LockFileReader.MaximumBytes, place.RelativePath);
        if (read is null)
            RefuseUnwritable(place);
        return read;
    }

    /// <summary>Reads the bytes of a lock file, unchecked; null if it does not exist.</summary>
    /// <exception cref="HostlockException">The file cannot be read.</exception>
    public static ReadOnlyMemory<byte>? TryReadBytes(LockPlace place) =>
        ReadBytes(place) is { } bytes ? new ReadOnlyMemory<byte>(bytes) : null;

    /// <summary>Reads a lock that must exist.</summary>
    public static LockFile ReadExisting(LockPlace place, LockReading? reading = null) =>
        Read(place, reading) ?? throw FleetException.NoLock(place);

    /// <summary>Replaces a lock.</summary>
    /// <exception cref="HostlockException">It cannot be written.</exception>
    public static void Write(LockPlace place, LockFile file) => WriteBytes([(place, LockFileWriter.Write(file))]);

    /// <summary>Replaces locks by these bytes, unchanged. All of them are written to temporary files before the first is renamed.</summary>
    /// <param name="locks">The locks and their bytes.</param>
    /// <param name="entries">The records of the change, which are on the disk before the first lock is renamed.</param>
    /// <exception cref="HostlockException">A lock cannot be written. None is then replaced, unless a disk fails half-way.</exception>
    public static void WriteBytes(
        IReadOnlyList<(LockPlace Place, ReadOnlyMemory<byte> Bytes)> locks, params IReadOnlyList<RecordEntry> entries)
    {
        var flakes = new Dictionary<string, RepositoryFiles>(StringComparer.Ordinal);
        RepositoryFiles.ReplaceAll(
            [.. locks.Select(written => (FilesOf(FlakeOf(written.Place)), PathOf(written.Place), written.Bytes))], entries);

        RepositoryFiles FilesOf(string flake) =>
            flakes.TryGetValue(flake, out var files) ? files : flakes[flake] = new RepositoryFiles(flake);
    }

    // Nix refuses a flake.lock that is a link. A host's own lock may be one, because hostlock.nix reads it.
    static void RefuseLink(LockPlace place)
    {
        if (place.RelativePath == FleetFolder.RootLock && new FileInfo(place.FullPath).LinkTarget is not null)
            throw FleetException.LockIsLink(place.RelativePath);
    }

    // A lock that is missing is made by 'hostlock lock', unless it lies beyond a link that is not written through.
    static void RefuseUnwritable(LockPlace place)
    {
        if (place.Owner is not LockOwner.File)
            new RepositoryFiles(FlakeOf(place)).RefuseLeadingOut(PathOf(place));
    }

    static bool NeedsNone(LockPlace place)
    {
        if (place.RelativePath != FleetFolder.RootLock || place.Owner is LockOwner.File)
            return false;
        var file = Path.Combine(Path.GetDirectoryName(place.FullPath)!, place.FlakeFile);
        try
        {
            return RegularFile.TextIfReadable(file, FleetFolder.MaximumText) is { } text
                && FlakeNixParser.Parse(new SourceText(place.FlakeFile, text)).Inputs.Count == 0;
        }
        catch (FlakeException)
        {
            return false; // what reads the declarations says what is wrong with them
        }
    }

    /// <summary>The folder of the flake that a lock belongs to, in which its relative path starts.</summary>
    internal static string FlakeOf(LockPlace place) =>
        place.FullPath.EndsWith('/' + place.RelativePath, StringComparison.Ordinal)
            ? place.FullPath[..^(place.RelativePath.Length + 1)]
            : Path.GetDirectoryName(place.FullPath)!;

    static string PathOf(LockPlace place) => Path.GetRelativePath(FlakeOf(place), place.FullPath);
}
