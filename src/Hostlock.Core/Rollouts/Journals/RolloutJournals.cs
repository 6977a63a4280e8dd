using Hostlock.Fleets;
using Hostlock.Platform;

namespace Hostlock.Rollouts.Journals;

/// <summary>
/// The journals of a flake. They lie beside the repository, in the folder of git that all its work trees share; of a flake in no
/// repository, in the cache. Deleting them loses history, and no safety: each machine tells its own state.
/// </summary>
public sealed class RolloutJournals
{
    /// <summary>The most journals that are kept. Older ones go, except those of the last switch and the last rollout.</summary>
    public const int Most = 100;

    const string Folder = "hostlock";

    readonly string? _flake;

    RolloutJournals(string folder, string? flake) => (Path, _flake) = (folder, flake);

    /// <summary>The journals that a machine keeps of its own switches, for any flake.</summary>
    /// <param name="folder">Their folder.</param>
    public static RolloutJournals OfMachine(string folder) => new(folder, null);

    /// <summary>The folder of the journals.</summary>
    public string Path { get; }

    /// <summary>Finds the journals of a flake. Nothing is written.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="cacheFolder">Gives the folder of the cache, which only a flake in no repository needs.</param>
    public static RolloutJournals Of(FleetFolder folder, Func<string> cacheFolder)
    {
        if (folder.Repository is not { } place)
            return new(System.IO.Path.Combine(cacheFolder(), "rollouts", Digest(folder.Path)), folder.Path);
        // Several flakes may lie in one repository.
        var inner = System.IO.Path.GetRelativePath(place.WorkTree!, folder.Path);
        return new(System.IO.Path.Combine(place.Common, inner == "." ? Folder : $"{Folder}-{Digest(inner)}"), folder.Path);
    }

    /// <summary>Does something that no other run may do at the same time. However this program ends, the next run may do it.</summary>
    /// <param name="doAsync">The work.</param>
    /// <exception cref="HostlockException">Another run is at work, or the folder cannot be made.</exception>
    public async Task<T> AloneAsync<T>(Func<Task<T>> doAsync)
    {
        AtomicFile.CreateFolder(Path);
        using var reserved = FolderLock.TryTake(Path) ?? throw Busy();
        ForgetOld();
        return await doAsync();
    }

    /// <summary>The reason why there is no rollout: another run is at work here, and may be about to begin one; or nobody is.</summary>
    public RolloutException WhyNoRollout()
    {
        if (!Exist)
            return RolloutException.NoRollout();
        using var free = FolderLock.TryTakeNow(Path);
        return free is null ? Busy() : RolloutException.NoRollout();
    }

    RolloutException Busy() => _flake is null ? RolloutException.BusyHere() : RolloutException.Busy(_flake);

    /// <summary>True if there may be journals.</summary>
    public bool Exist => Directory.Exists(Path);

    /// <summary>The path of the journal of a rollout.</summary>
    /// <param name="id">The id of the rollout.</param>
    public string PathOf(string id) => System.IO.Path.Combine(Path, $"{id}{Journal.Extension}");

    /// <summary>The path of a link that keeps the system of a host from being collected.</summary>
    /// <param name="host">The host.</param>
    public string RootOf(HostName host) => System.IO.Path.Combine(Path, $"system-{host}");

    /// <summary>The path of a link that keeps the system of a host from being collected while a rollout brings it.</summary>
    /// <param name="host">The host.</param>
    public string RolloutRootOf(HostName host) => System.IO.Path.Combine(Path, $"rollout-{host}");

    /// <summary>The path of a link that keeps the system of a host from being collected while the newest release names it.</summary>
    /// <param name="host">The host.</param>
    public string ReleaseRootOf(HostName host) => System.IO.Path.Combine(Path, $"release-{host}");

    /// <summary>The bytes of the journal of a rollout.</summary>
    /// <param name="rollout">The id of the rollout.</param>
    /// <exception cref="PlatformException">It cannot be read.</exception>
    internal ReadOnlyMemory<byte> BytesOf(string rollout) => RegularFile.Read(PathOf(rollout), Journal.MaximumBytes);

    /// <summary>Adds the lines that another clone wrote to the journal of a rollout. A journal that has them all stays as it is.</summary>
    /// <param name="rollout">The id of the rollout.</param>
    /// <param name="bytes">The bytes that the other clone wrote.</param>
    /// <exception cref="HostlockException">The two are of different runs, or the file cannot be written.</exception>
    internal void Bring(string rollout, byte[] bytes)
    {
        var path = PathOf(rollout);
        var here = RegularFile.TryRead(path, Journal.MaximumBytes, path) ?? [];
        if (here.AsSpan().StartsWith(bytes))
            return;
        if (!bytes.AsSpan().StartsWith(here))
            throw RolloutException.JournalsDiffer(path);
        // In a new clone, the first command to ask may be one that changes nothing.
        AtomicFile.CreateFolder(Path);
        AtomicFile.Replace(path, bytes, isDurable: true);
    }

    /// <summary>The path of a folder that lasts no longer than a run.</summary>
    public string ScratchPath => System.IO.Path.Combine(Path, "scratch");

    /// <summary>The switch or rollback that was last written to; null if there is none.</summary>
    /// <exception cref="HostlockException">A journal cannot be read, or is not what was written.</exception>
    public Rollout? LastSwitch() => NewestFirst().FirstOrDefault(rollout => rollout.Plan.Action != RolloutAction.Rollout);

    /// <summary>The rollout through rings that was last written to; null if there is none.</summary>
    /// <exception cref="HostlockException">A journal cannot be read, or is not what was written.</exception>
    public Rollout? LastRollout() => NewestFirst().FirstOrDefault(rollout => rollout.Plan.Action == RolloutAction.Rollout);

    /// <summary>The rollout through rings that was last written to, for commands that only look: they show the rest if it cannot be
    /// read.</summary>
    /// <returns>The rollout, which is null if there is none; and why it cannot be read, which is null if it can.</returns>
    public (Rollout? Rollout, HostlockException? Unread) SeeLastRollout()
    {
        try
        {
            return (LastRollout(), null);
        }
        catch (HostlockException why)
        {
            return (null, why);
        }
    }

    /// <summary>The rollouts, of which the one that was last written to comes first. Each journal is read when it is asked for.</summary>
    /// <exception cref="HostlockException">A journal cannot be read, or is not what was written.</exception>
    public IEnumerable<Rollout> NewestFirst() => Exist ? Files().Select(Fold).OfType<Rollout>() : [];

    /// <summary>The journals: the ids of their rollouts, and their files.</summary>
    public IEnumerable<(string Id, string Path)> All() =>
        Exist ? Files().Select(path => (System.IO.Path.GetFileNameWithoutExtension(path), path)) : [];

    IEnumerable<string> Files() =>
        Directory.EnumerateFiles(Path, $"*{Journal.Extension}")
            .OrderByDescending(File.GetLastWriteTimeUtc).ThenBy(path => path, StringComparer.Ordinal);

    void ForgetOld()
    {
        var old = Files().Skip(Most).ToList();
        if (old.Count == 0)
            return;
        var last = new[] { LastSwitch(), LastRollout() }.OfType<Rollout>().Select(rollout => PathOf(rollout.Plan.Id)).ToList();
        foreach (var path in old.Where(path => !last.Contains(path)))
            AtomicFile.Delete(path);
    }

    static Rollout? Fold(string path)
    {
        try
        {
            return Rollout.Fold(Journal.Read(path));
        }
        catch (PlatformException why)
        {
            throw RolloutException.JournalNotRead(why);
        }
    }

    static string Digest(string text) => ByteDigest.Sha256Hex(text)[..16];
}
