using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Platform;

namespace Hostlock.Fleets.History;

/// <summary>
/// A version of a lock, as a word names it: the present file, the file of a commit or a day, or the lock that a machine carries.
/// </summary>
/// <param name="Place">The lock.</param>
/// <param name="Host">The host that the word names; null for a file or the root lock.</param>
public abstract record LockVersion(LockPlace Place, HostName? Host)
{
    /// <summary>The present file.</summary>
    public sealed record Current(LockPlace Place, HostName? Host) : LockVersion(Place, Host);

    /// <summary>The lock of a commit, or of the end of a day: <c>plex@HEAD~1</c>, <c>plex@2026-03-01</c>.</summary>
    public sealed record Recorded(LockPlace Place, HostName? Host, string Commit) : LockVersion(Place, Host)
    {
        /// <summary>The words that are no commits and could stand in its place; for hints alone.</summary>
        public ImmutableArray<string> Others { get; init; } = [];
    }

    /// <summary>The lock that a system of the host's machine carries: <c>plex@running</c>, <c>plex@generation:12</c>.</summary>
    public sealed record Carried(LockPlace Place, HostName? Host, string System) : LockVersion(Place, Host);

    /// <summary>The owner of the lock: the host that the word names, or that of the lock.</summary>
    public LockOwner Owner => Host is { } name ? new LockOwner.Host(name) : Place.Owner;

    /// <summary>Reads a word. If it could mean several things, a host wins over a file, and a file over a version.</summary>
    /// <param name="folder">The fleet.</param>
    /// <param name="word">The word.</param>
    /// <param name="currentFolder">The folder that relative paths start in.</param>
    /// <exception cref="HostlockException">The word names nothing, a file that does not exist, or a ring.</exception>
    public static LockVersion Parse(FleetFolder folder, string word, string currentFolder)
    {
        if (folder.TryOwnerNamed(word) is { } known)
            return Now(folder, known);
        if (OfFile(word, currentFolder) is { } file)
            return file;
        var at = word.IndexOf('@', StringComparison.Ordinal);
        if (at < 0 && IsPath(word))
            throw PlatformException.NoFile(word);
        if (at <= 0 && IsOnlyVersion(word))
            throw FleetException.VersionOfNobody(word);
        return at <= 0 ? Now(folder, folder.OwnerNamed(word)) : Of(folder, folder.OwnerNamed(word[..at]), word[(at + 1)..]);
    }

    // A word that most likely is a commit or a day.
    static bool IsOnlyVersion(string word) =>
        word.Split('~', '^')[0] == "HEAD" || word.IndexOfAny(['~', '^']) > 0 || Moment.TryParseDay(word) is not null
        || Revision.Is(word) || (word.Length >= Revision.ShortLength && Revision.IsBeginning(word));

    /// <summary>Reads a word about one lock, which may also be a version of that lock alone: <c>HEAD~1</c>, <c>2026-03-01</c>.</summary>
    /// <param name="folder">The fleet.</param>
    /// <param name="owner">The owner of the lock.</param>
    /// <param name="word">The word.</param>
    /// <param name="currentFolder">The folder that relative paths start in.</param>
    /// <exception cref="HostlockException">As for <see cref="Parse"/>.</exception>
    public static LockVersion ParseOf(FleetFolder folder, LockOwner owner, string word, string currentFolder) =>
        folder.TryOwnerNamed(word) is not null || word.Contains('@', StringComparison.Ordinal) || IsPath(word)
            ? Parse(folder, word, currentFolder)
            : OfFile(word, currentFolder)
                ?? Of(folder, owner, word) switch
                {
                    // A host may stand there as well.
                    Recorded recorded => recorded with
                    {
                        Others = [.. folder.Fleet.Hosts.Select(host => host.Name.ToString()), HostName.Root, .. recorded.Others],
                    },
                    var other => other,
                };

    /// <summary>Names a version of a host's lock.</summary>
    /// <param name="folder">The fleet.</param>
    /// <param name="owner">The host, or root.</param>
    /// <param name="version">A commit, a day, <c>running</c> or <c>generation:N</c>.</param>
    /// <exception cref="FleetException">The host is unknown.</exception>
    public static LockVersion Of(FleetFolder folder, LockOwner owner, string version)
    {
        var (place, host) = (folder.PlaceOf(owner), HostOf(owner));
        return MachineLock.Is(version) ? new Carried(place, host, version)
            : new Recorded(place, host, version) { Others = [MachineLock.Running] };
    }

    static Current Now(FleetFolder folder, LockOwner owner) => new(folder.PlaceOf(owner), HostOf(owner));

    static HostName? HostOf(LockOwner owner) => owner is LockOwner.Host(var name) ? name : null;

    /// <summary>Returns true if a word can only be the path of a file, because no host can have such a name.</summary>
    public static bool IsPath(string word) =>
        word.Contains('/', StringComparison.Ordinal) || word.EndsWith(".lock", StringComparison.Ordinal);

    /// <summary>A lock file, which need not belong to a fleet; null if the file does not exist.</summary>
    public static LockVersion? OfFile(string word, string currentFolder)
    {
        var path = Path.GetFullPath(word, currentFolder);
        return File.Exists(path) ? new Current(LockPlace.OfFile(word, path), null) : null;
    }
}
