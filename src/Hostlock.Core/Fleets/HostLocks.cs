using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets;

/// <summary>The locks of a fleet on disk.</summary>
public static class HostLocks
{
    /// <summary>Reads a lock; null where there is no file.</summary>
    /// <exception cref="HostlockException">It cannot be read, or is no lock.</exception>
    public static LockFile? Read(LockPlace place) => ReadBytes(place) is { } bytes ? LockFileReader.Read(place.Shown, bytes) : null;

    /// <summary>The bytes of a lock file; null where there is none.</summary>
    internal static byte[]? ReadBytes(LockPlace place)
    {
        try
        {
            // Nix does not read such a one; a host's own lock is read by hostlock.nix, which may go through links.
            if (place.Shown == FleetFolder.RootLock && new FileInfo(place.File).LinkTarget is not null)
                throw FleetException.LockIsLink(place.Shown);
            var length = new FileInfo(place.File).Length;
            if (length > LockFileReader.MaximumBytes)
                throw FleetException.LockTooLarge(place.Shown, length);
            return File.ReadAllBytes(place.File);
        }
        catch (Exception why) when (why is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotRead(place.Shown, why);
        }
    }

    /// <summary>Reads a lock that has to be there.</summary>
    public static LockFile ReadExisting(LockPlace place) => Read(place) ?? throw FleetException.NoLock(place);

    /// <summary>Puts the bytes of an earlier lock back.</summary>
    public static void WriteBytes(LockPlace place, byte[] bytes)
    {
        if (place.File.EndsWith('/' + place.Shown, StringComparison.Ordinal))
            Links.RefuseLeading(place.File[..^(place.Shown.Length + 1)], place.Shown);
        Directory.CreateDirectory(Path.GetDirectoryName(place.File)!);
        AtomicFile.Replace(place.File, bytes);
    }

    /// <summary>Replaces locks: all of them are written beside before the first is renamed.</summary>
    public static void Write(IEnumerable<(LockPlace Place, LockFile Lock)> locks)
    {
        var all = locks.ToList();
        foreach (var (place, _) in all.Where(each => each.Place.File.EndsWith('/' + each.Place.Shown, StringComparison.Ordinal)))
            Links.RefuseLeading(place.File[..^(place.Shown.Length + 1)], place.Shown);
        // Many hosts may get one lock.
        var texts = new Dictionary<LockFile, byte[]>(ReferenceEqualityComparer.Instance);
        foreach (var (_, written) in all)
            texts.TryAdd(written, texts.TryGetValue(written, out var text) ? text : LockFileWriter.Write(written));
        var files = all.Select(each => (each.Place.File, (ReadOnlyMemory<byte>)texts[each.Lock])).ToList();
        foreach (var folder in files.Select(file => Path.GetDirectoryName(file.File)!).Distinct())
        {
            Directory.CreateDirectory(folder);
            // What a run that was killed left beside. Nobody else writes here now: the folder is reserved.
            foreach (var leftover in Directory.EnumerateFiles(folder, "*.lock.*.tmp"))
                File.Delete(leftover);
        }
        AtomicFile.ReplaceAll(files);
    }
}
