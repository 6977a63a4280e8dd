namespace Hostlock.Fleets.Merging;

/// <summary>The lock of a fleet that git merges, found by its file.</summary>
/// <param name="Folder">The fleet.</param>
/// <param name="Place">The lock.</param>
public sealed record MergedLock(FleetFolder Folder, LockPlace Place)
{
    /// <summary>Finds it; null if the file is the lock of no fleet, or its owner is not known.</summary>
    /// <param name="file">The absolute path.</param>
    public static MergedLock? Find(string file)
    {
        // A folder that only their side has does not exist yet while git merges.
        var at = Path.GetDirectoryName(file);
        while (at is not null && !Directory.Exists(at))
            at = Path.GetDirectoryName(at);
        try
        {
            var folder = at is null ? null : FleetFolder.Open(at);
            return folder?.AllPlaces().FirstOrDefault(place => place.FullPath == file) is { } found ? new(folder, found) : null;
        }
        catch (HostlockException)
        {
            return null; // hostlock.toml may be in the middle of a merge itself, and locks are merged without it
        }
    }

    /// <summary>The beginning of a command about this lock, as it is typed in any folder of the repository.</summary>
    /// <param name="root">The folder of the work tree.</param>
    public string Command(string root) => Folder.Path == root ? "hostlock" : $"hostlock -C {ShellWord.Quote(Folder.Path)}";
}
