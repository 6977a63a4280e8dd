using Hostlock.Fetching.Git;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets.History;

/// <summary>One change of a lock.</summary>
/// <param name="Commit">The commit that made it.</param>
/// <param name="Diff">What it changed; null where the lock cannot be read before or after it.</param>
public sealed record CommittedChange(FileCommit Commit, LockDiff? Diff);

/// <summary>The locks a host had, as git knows them.</summary>
public sealed class LockHistory : IDisposable
{
    const int MostLookedAt = 50;

    readonly GitHistory _history;
    readonly string _root;

    LockHistory(GitHistory history, string root) => (_history, _root) = (history, root);

    /// <summary>The history of a fleet's locks.</summary>
    /// <exception cref="FleetException">The fleet is in no repository.</exception>
    public static LockHistory Open(IProcessRunner processes, FleetFolder folder)
    {
        var root = GitWorkTreeFiles.Around(processes, folder.Path)?.Root ?? throw FleetException.NoRepository(folder.Path);
        return new(new(processes, root), root);
    }

    /// <summary>The changes of a lock, the newest first.</summary>
    public async Task<IReadOnlyList<CommittedChange>> OfAsync(LockPlace place, int most, CancellationToken cancellationToken)
    {
        var path = PathOf(place);
        // One more, to see what the last one shown changed.
        var commits = await _history.OfAsync(path, most + 1, cancellationToken);
        var locks = new List<LockFile?>();
        foreach (var commit in commits)
            locks.Add(await LockAsync(commit.Id, path, cancellationToken));
        return [.. commits.Take(most).Select((commit, i) => new CommittedChange(commit, Between(i + 1 < commits.Count ? locks[i + 1] : LockFile.Empty, locks[i])))];

        static LockDiff? Between(LockFile? before, LockFile? after) => before is null || after is null ? null : LockDiff.Between(before, after);
    }

    /// <summary>The bytes of a lock as a commit, or a day, has them.</summary>
    /// <exception cref="FleetException">There is no such commit, or the lock is not in it.</exception>
    public async Task<byte[]> AtAsync(LockPlace place, string word, CancellationToken cancellationToken)
    {
        var path = PathOf(place);
        return await _history.FindAsync(word, path, cancellationToken) is { } commit && await _history.ContentsAsync(commit, path, cancellationToken) is { } contents
            ? contents
            : throw FleetException.NoSuchVersion(word, place.RelativePath);
    }

    /// <summary>A lock as a commit has it; null if it is not in the commit.</summary>
    /// <exception cref="FleetException">There is no such commit.</exception>
    /// <exception cref="LockException">What the commit has there cannot be read as a lock.</exception>
    public async Task<LockFile?> TryAtAsync(LockPlace place, string word, CancellationToken cancellationToken)
    {
        var path = PathOf(place);
        var commit = await _history.FindAsync(word, path, cancellationToken)
            ?? throw FleetException.NoSuchVersion(word, place.RelativePath);
        return await _history.ContentsAsync(commit, path, cancellationToken) is { } contents ? LockFileReader.Read($"{place.RelativePath}@{word}", contents) : null;
    }

    /// <summary>
    /// The bytes of a lock before its last change: those committed where it has changed since, else those before the last commit that changed it.
    /// </summary>
    /// <exception cref="FleetException">There was nothing before.</exception>
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

    public void Dispose() => _history.Dispose();

    string PathOf(LockPlace place) => Path.GetRelativePath(_root, place.FullPath);

    async Task<LockFile?> LockAsync(string commit, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await _history.ContentsAsync(commit, path, cancellationToken) is { } contents ? LockFileReader.Read($"{path}@{commit[..7]}", contents) : null;
        }
        catch (LockException)
        {
            return null; // a lock with conflict markers was committed, or one of another program
        }
    }
}
