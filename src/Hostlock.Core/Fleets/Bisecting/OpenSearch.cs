using System.Text.Json;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets.Bisecting;

/// <summary>The two locks of a search, and the command that tells good from bad.</summary>
/// <param name="Good">The good lock.</param>
/// <param name="Bad">The bad lock.</param>
/// <param name="Command">The shell command that tells good from bad.</param>
/// <param name="StopsAtInput">True if the search ends with the input, without its revisions.</param>
public sealed record SearchedLocks(LockFile Good, LockFile Bad, string Command, bool StopsAtInput);

/// <summary>
/// The search for what broke a host, which is open until it has an answer or is abandoned. Its folder in the cache has its two locks and
/// its command, the verdicts so far, and the copy of the flake in which locks are tried.
/// </summary>
public sealed class OpenSearch
{
    const string About = "search.json", GoodLock = "good.lock", BadLock = "bad.lock";
    const int MaximumBytes = 1024 * 1024;

    readonly string _path;

    OpenSearch(string path) => _path = path;

    /// <summary>The search of a host.</summary>
    /// <param name="cacheFolder">The cache, absolute.</param>
    /// <param name="flake">The folder of the flake, absolute.</param>
    /// <param name="place">The lock of the host.</param>
    public static OpenSearch Of(string cacheFolder, string flake, LockPlace place) =>
        new(Path.Combine(Searches(cacheFolder), PrefixOf(flake) + place.Name));

    /// <summary>The names of the folders of open searches of a flake, which are words for its hosts and for root, in order. A host may be
    /// gone from the fleet while its search is open.</summary>
    /// <param name="cacheFolder">The cache, absolute.</param>
    /// <param name="flake">The folder of the flake, absolute.</param>
    public static IReadOnlyList<string> NamesOf(string cacheFolder, string flake)
    {
        var searches = Searches(cacheFolder);
        if (!Directory.Exists(searches))
            return [];
        var prefix = PrefixOf(flake);
        return
        [
            .. Directory.EnumerateDirectories(searches, $"{prefix}*")
                .Where(folder => new OpenSearch(folder).IsOpen)
                .Select(folder => Path.GetFileName(folder)[prefix.Length..])
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>True if the search was begun and has not ended.</summary>
    public bool IsOpen => File.Exists(Path.Combine(_path, About));

    /// <summary>The file of the verdicts, absolute.</summary>
    public string Verdicts => Path.Combine(_path, "verdicts.json");

    /// <summary>The folder of the copy of the flake, absolute.</summary>
    public string Copy => Path.Combine(_path, "copy");

    /// <summary>Keeps other runs from this search until the result is disposed of; null if another run holds it.</summary>
    /// <exception cref="PlatformException">The folder cannot be made.</exception>
    public IDisposable? TryHold()
    {
        AtomicFile.CreateFolder(_path);
        return FolderLock.TryTake(_path);
    }

    /// <summary>The locks of the open search; null if none is open, or the record cannot be read.</summary>
    public SearchedLocks? Read()
    {
        try
        {
            if (RegularFile.TryRead(Path.Combine(_path, About), MaximumBytes) is not { } about)
                return null;
            using var document = JsonDocument.Parse(about);
            return new(
                Lock(GoodLock),
                Lock(BadLock),
                document.RootElement.GetProperty("command").GetString() ?? "",
                document.RootElement.GetProperty("inputsOnly").GetBoolean());
        }
        catch (Exception why) when (
            why is HostlockException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null; // another release wrote it, or a disk lost it
        }

        LockFile Lock(string name) => LockFileReader.Read(name, RegularFile.Read(Path.Combine(_path, name), LockFileReader.MaximumBytes));
    }

    /// <summary>Opens the search. If the same one is open, its verdicts stay.</summary>
    /// <returns>The search that was open and is given up; null if there was none, or the same one.</returns>
    /// <exception cref="PlatformException">A file cannot be written.</exception>
    public SearchedLocks? Begin(SearchedLocks search)
    {
        var open = Read();
        if (open is not null && IsSame(open, search))
            return null;
        Clear();
        AtomicFile.ReplaceAll(
        [
            (Path.Combine(_path, GoodLock), LockFileWriter.Write(search.Good)),
            (Path.Combine(_path, BadLock), LockFileWriter.Write(search.Bad)),
        ]);
        // The search is open once this file is there.
        AtomicFile.Replace(Path.Combine(_path, About), AboutOf(search));
        return open;
    }

    /// <summary>Ends the search. Nothing of it stays.</summary>
    /// <exception cref="PlatformException">A file cannot be deleted.</exception>
    public void End()
    {
        Clear();
        FolderCopy.Remove(_path);
    }

    void Clear()
    {
        AtomicFile.Delete(Path.Combine(_path, About));
        AtomicFile.Delete(Verdicts);
        FlakeCopy.Remove(Copy);
    }

    static bool IsSame(SearchedLocks one, SearchedLocks other) =>
        one.Command == other.Command && one.StopsAtInput == other.StopsAtInput
        && LockDiff.Same(one.Good, other.Good) && LockDiff.Same(one.Bad, other.Bad);

    static byte[] AboutOf(SearchedLocks search)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, OwnJson.Options))
        {
            json.WriteStartObject();
            json.WriteString("command", search.Command);
            json.WriteBoolean("inputsOnly", search.StopsAtInput);
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    static string Searches(string cacheFolder) => Path.Combine(cacheFolder, "bisect");

    static string PrefixOf(string flake) => $"{ByteDigest.Sha256Hex(flake)[..16]}-";
}
