using System.Collections.Immutable;
using Hostlock.Fetching.Git;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets.History;

/// <summary>A commit that changed locks in one way.</summary>
/// <param name="Commit">The commit.</param>
/// <param name="Places">The locks, which had the same version before, and have the same version since.</param>
/// <param name="Before">Their version before; null if it cannot be read, and the empty lock if they did not exist.</param>
/// <param name="After">Their version since; null and the empty lock as for <paramref name="Before"/>.</param>
public sealed record LockMove(FileCommit Commit, ImmutableArray<LockPlace> Places, LockFile? Before, LockFile? After);

/// <summary>The moves of all locks of a fleet, as far back as they were looked at.</summary>
/// <param name="Moves">The moves, the oldest first.</param>
/// <param name="IsCut">True if there are older ones.</param>
public sealed record FleetHistory(ImmutableArray<LockMove> Moves, bool IsCut)
{
    /// <summary>The usual bound on the commits that are looked at.</summary>
    public const int MostCommits = 300;

    // Most commits give the same lock to many hosts, so this many versions stand for many more locks.
    const int MostVersions = 2000;

    /// <summary>No history: the flake is in no repository, or nothing of it is committed.</summary>
    public static readonly FleetHistory None = new([], false);

    /// <summary>Reads the moves of locks out of git. One process lists them and one gives the versions, of which each is read
    /// once.</summary>
    /// <param name="processes">The seam to git.</param>
    /// <param name="folder">The fleet.</param>
    /// <param name="places">The locks.</param>
    /// <param name="most">The most commits to look at, the newest first.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">git fails, or the repository is not trusted.</exception>
    public static async Task<FleetHistory> ReadAsync(
        IProcessRunner processes, FleetFolder folder, IReadOnlyList<LockPlace> places, int most, CancellationToken cancellationToken)
    {
        if (GitWorkTreeFiles.Around(processes, folder.Path)?.Root is not { } root)
            return None;
        // Two hosts' locks may be links to one file.
        var byFile = places.ToLookup(place => GitWorkTreeFiles.PathOf(root, place.FullPath), StringComparer.Ordinal);
        List<string> files = [.. byFile.Select(file => file.Key)];
        using var git = new GitHistory(processes, root, files);
        // One commit more is asked for, to know whether there is one.
        var commits = await git.ChangesAsync(GitPaths.Covering(files), most + 1, cancellationToken);
        var versions = new Versions(git);
        var moves = new List<LockMove>();
        var isCut = commits.Count > most;
        // A merge has the versions of its sides, and moves only a lock that it changed itself.
        var state = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (commit, changes) in Newest().Reverse())
        {
            var moved = new List<(string Path, string? Before, string? After)>();
            foreach (var change in changes.Where(change => byFile.Contains(change.Path)))
            {
                var before = state.TryGetValue(change.Path, out var known) ? known : change.Before;
                state[change.Path] = change.After;
                if (before != change.After)
                    moved.Add((change.Path, before, change.After));
            }
            foreach (var alike in moved.GroupBy(move => (move.Before, move.After)))
            {
                var path = alike.First().Path;
                moves.Add(
                    new(
                        commit,
                        [.. alike.SelectMany(move => byFile[move.Path]).Distinct()],
                        await versions.ReadAsync(alike.Key.Before, path, cancellationToken),
                        await versions.ReadAsync(alike.Key.After, path, cancellationToken)));
            }
        }
        return new([.. moves], isCut);

        IEnumerable<CommitChanges> Newest()
        {
            var ids = new HashSet<string>(StringComparer.Ordinal);
            foreach (var commit in commits.Take(most))
            {
                ids.UnionWith(
                    commit.Changes.Where(change => byFile.Contains(change.Path))
                        .SelectMany(change => new[] { change.Before, change.After }).OfType<string>());
                if (ids.Count > MostVersions)
                {
                    isCut = true;
                    yield break;
                }
                yield return commit;
            }
        }
    }

    // A version is a blob, and many locks may have had it.
    sealed class Versions(GitHistory git)
    {
        readonly LockReading _reading = new();
        readonly Dictionary<string, LockFile?> _read = new(StringComparer.Ordinal);

        public async Task<LockFile?> ReadAsync(string? id, string path, CancellationToken cancellationToken)
        {
            if (id is null)
                return LockFile.Empty;
            if (!_read.TryGetValue(id, out var version))
                _read.Add(id, version = await FirstAsync(id, path, cancellationToken));
            return version;
        }

        async Task<LockFile?> FirstAsync(string id, string path, CancellationToken cancellationToken)
        {
            try
            {
                return await git.BlobAsync(id, path, cancellationToken) is { } bytes ? LockFileReader.Read(path, bytes, _reading) : null;
            }
            catch (LockException)
            {
                return null; // a lock with conflict markers, or a file of another program was committed
            }
        }
    }
}
