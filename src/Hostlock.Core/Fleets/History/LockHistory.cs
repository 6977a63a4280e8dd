using System.Text;
using Hostlock.Fetching.Git;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Fleets.Settings;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets.History;

/// <summary>One change of a lock.</summary>
/// <param name="Commit">The commit that made the change.</param>
/// <param name="Diff">The entries that changed; null if the lock before or after the commit cannot be read.</param>
public sealed record CommittedChange(FileCommit Commit, LockDiff? Diff);

/// <summary>Reads earlier locks of hosts from git.</summary>
public sealed class LockHistory : IDisposable
{
    const int MostLookedAt = 50;

    readonly GitHistory _history;
    readonly string _root;

    readonly string _fleetFile;

    LockHistory(GitHistory history, string root, string fleetFile) => (_history, _root, _fleetFile) = (history, root, fleetFile);

    /// <summary>Opens the history of a fleet's locks.</summary>
    /// <exception cref="FleetException">The fleet is in no repository.</exception>
    public static LockHistory Open(IProcessRunner processes, FleetFolder folder)
    {
        var root = GitWorkTreeFiles.Around(processes, folder.Path)?.Root ?? throw FleetException.NoRepository(folder.Path);
        var fleetFile = Path.GetRelativePath(root, folder.Full(FleetFile.Name));
        var files = folder.AllPlaces().Select(place => Path.GetRelativePath(root, place.FullPath)).Append(fleetFile).ToList();
        return new(new(processes, root, files), root, fleetFile);
    }

    /// <summary>Reads the changes of a lock, the newest first.</summary>
    public async Task<IReadOnlyList<CommittedChange>> OfAsync(LockPlace place, int most, CancellationToken cancellationToken)
    {
        var path = PathOf(place);
        // One commit more is read, for the change of the last one shown.
        var commits = await _history.OfAsync(path, most + 1, cancellationToken);
        var locks = new List<LockFile?>();
        foreach (var commit in commits)
            locks.Add(await LockAsync(commit.Id, path, cancellationToken));
        return
        [
            .. commits.Take(most)
            .Select((commit, i) => new CommittedChange(commit, Between(i + 1 < commits.Count ? locks[i + 1] : LockFile.Empty, locks[i]))),
        ];

        static LockDiff? Between(LockFile? before, LockFile? after) =>
            before is null || after is null ? null : LockDiff.Between(before, after);
    }

    /// <summary>Reads the bytes that a lock had in a commit, or at the end of a day.</summary>
    /// <exception cref="FleetException">There is no such commit, or it does not have the lock.</exception>
    public async Task<byte[]> AtAsync(LockPlace place, string word, CancellationToken cancellationToken)
    {
        var path = PathOf(place);
        return await _history.FindAsync(word, path, cancellationToken) is { } commit
            && await _history.ContentsAsync(commit, path, cancellationToken) is { } contents
            ? contents
            : throw FleetException.NoSuchVersion(word, place.RelativePath);
    }

    /// <summary>Reads the lock that a commit has; null if it is not in the commit.</summary>
    /// <param name="path">Where the commit has it, relative to the flake.</param>
    /// <param name="word">The commit, as the user names it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FleetException">There is no such commit.</exception>
    /// <exception cref="HostlockException">What the commit has there cannot be read as a lock.</exception>
    public async Task<LockFile?> TryAtAsync(string path, string word, CancellationToken cancellationToken)
    {
        var file = Path.Combine(Path.GetDirectoryName(_fleetFile)!, path);
        var commit = await _history.FindAsync(word, file, cancellationToken) ?? throw FleetException.NoSuchVersion(word, path);
        return await _history.ContentsAsync(commit, file, cancellationToken) is { } contents
            ? LockFileReader.Read($"{path}@{word}", contents)
            : null;
    }

    /// <summary>The fleet as hostlock.toml of a commit describes it; null if the commit has no such file.</summary>
    /// <exception cref="HostlockException">It cannot be read, or makes no sense to this hostlock.</exception>
    public async Task<Fleet?> TryFleetAtAsync(string word, CancellationToken cancellationToken) =>
        await _history.FindAsync(word, _fleetFile, cancellationToken) is { } commit
            && await _history.ContentsAsync(commit, _fleetFile, cancellationToken) is { } contents
                ? FleetFile.Read(new SourceText($"{FleetFile.Name}@{word}", Encoding.UTF8.GetString(contents)))
                : null;

    /// <summary>
    /// Reads the bytes of a lock before its last change: the committed ones if the file has changed since, otherwise those before the last
    /// commit that changed it.
    /// </summary>
    /// <exception cref="FleetException">git knows no earlier lock.</exception>
    public async Task<byte[]> BeforeLastChangeAsync(LockPlace place, CancellationToken cancellationToken)
    {
        var path = PathOf(place);
        var now = HostLocks.ReadBytes(place);
        foreach (var commit in await _history.OfAsync(path, MostLookedAt, cancellationToken))
        {
            if (await _history.ContentsAsync(commit.Id, path, cancellationToken) is { } contents && !contents.AsSpan().SequenceEqual(now))
                return contents;
        }
        throw FleetException.NothingToUndo(place);
    }

    /// <summary>Ends the git process that reads objects, if one was begun.</summary>
    public void Dispose() => _history.Dispose();

    string PathOf(LockPlace place) => Path.GetRelativePath(_root, place.FullPath);

    async Task<LockFile?> LockAsync(string commit, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await _history.ContentsAsync(commit, path, cancellationToken) is { } contents
                ? LockFileReader.Read($"{path}@{commit[..7]}", contents)
                : null;
        }
        catch (LockException)
        {
            return null; // a lock with conflict markers, or a file of another program, was committed
        }
    }
}
