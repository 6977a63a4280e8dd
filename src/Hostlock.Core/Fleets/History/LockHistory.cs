using System.Runtime.CompilerServices;
using System.Text;
using Hostlock.Fetching;
using Hostlock.Fetching.Git;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Fleets.Settings;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fleets.History;

/// <summary>One change of a lock.</summary>
/// <param name="Commit">The commit that made the change.</param>
/// <param name="Diff">The entries that changed; null if the lock before or after the commit cannot be read.</param>
public sealed record CommittedChange(FileCommit Commit, LockDiff? Diff)
{
    /// <summary>The reason why the lock of the commit cannot be read; null if it can.</summary>
    public HostlockException? Why { get; init; }
}

/// <summary>A lock that a commit has.</summary>
/// <param name="Commit">The commit that made it.</param>
/// <param name="Bytes">The bytes of the lock.</param>
/// <param name="ChangesSince">The number of later changes; a change that is not committed counts too.</param>
/// <param name="ReplacedAt">When the first change after it was committed; null if none was.</param>
public sealed record EarlierLock(FileCommit Commit, byte[] Bytes, int ChangesSince, Moment? ReplacedAt);

/// <summary>Reads earlier locks of hosts from git.</summary>
public sealed class LockHistory : IDisposable
{
    const int MostLookedAt = 50;

    // The number of commits that git is asked for first; a caller that needs more needs many.
    const int FirstAsked = 32;

    /// <summary>The most commits that are searched for a change of some inputs.</summary>
    public const int MostSearched = 10_000;

    readonly GitHistory _history;
    readonly string _root;

    readonly string _fleetFile;
    readonly string[] _files;

    LockHistory(GitHistory history, string root, string fleetFile, string[] files) =>
        (_history, _root, _fleetFile, _files) = (history, root, fleetFile, files);

    /// <summary>Opens the history of a fleet's locks.</summary>
    /// <exception cref="FleetException">The fleet is in no repository.</exception>
    public static LockHistory Open(IProcessRunner processes, FleetFolder folder)
    {
        var root = GitWorkTreeFiles.Around(processes, folder.Path)?.Root ?? throw FleetException.NoRepository(folder.Path);
        var fleetFile = Path.GetRelativePath(root, folder.Full(FleetFile.Name));
        var folders = new HashSet<TreePath>();
        var files = folder.AllPlaces().Select(place => GitWorkTreeFiles.PathOf(root, place.FullPath, folders)).Append(fleetFile).ToArray();
        return new(new(processes, root, files), root, fleetFile, files);
    }

    /// <summary>The commits that changed a lock, the newest first.</summary>
    /// <param name="place">The lock; null for any lock, and hostlock.toml.</param>
    /// <param name="most">The most commits.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<IReadOnlyList<FileCommit>> CommitsAsync(LockPlace? place, int most, CancellationToken cancellationToken) =>
        _history.OfAsync(place is null ? _files : FilesOf(place), most, cancellationToken);

    /// <summary>Reads the changes of a lock, the newest first. A commit that changed none of the inputs that are asked about is left out;
    /// one whose lock cannot be read is not.</summary>
    /// <param name="place">The lock.</param>
    /// <param name="asked">The inputs that are asked about.</param>
    /// <param name="most">The most changes that are returned.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<CommittedChange>> OfAsync(
        LockPlace place, InputSelection asked, int most, CancellationToken cancellationToken)
    {
        var path = PathOf(place);
        // One commit more is read, for the change of the last one shown.
        var commits = await _history.OfAsync(FilesOf(place), asked.IsAll ? most + 1 : MostSearched, cancellationToken);
        var changes = new List<CommittedChange>();
        var now = commits.Count > 0 ? await LockAsync(commits[0].Id, path, cancellationToken) : default;
        for (var i = 0; i < commits.Count && changes.Count < most; i++)
        {
            var before = i + 1 < commits.Count ? await LockAsync(commits[i + 1].Id, path, cancellationToken) : (LockFile.Empty, null);
            var diff = before.Lock is null || now.Lock is null ? null : asked.Of(LockDiff.Between(before.Lock, now.Lock));
            if (asked.IsAll || diff is not { IsEmpty: true })
                changes.Add(new(commits[i], diff) { Why = now.Why });
            now = before;
        }
        return changes;
    }

    /// <summary>Reads the bytes that a lock had in a commit, or at the end of a day. If it is not at its present place, hostlock.toml of
    /// the commit gives the place.</summary>
    /// <param name="place">The lock.</param>
    /// <param name="word">The commit or the day, as the user names it.</param>
    /// <param name="others">The other words that could stand there, for the hint.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FleetException">There is no such commit, or it does not have the lock.</exception>
    public async Task<byte[]> AtAsync(LockPlace place, string word, IEnumerable<string> others, CancellationToken cancellationToken)
    {
        if (await ContentsAsync(FilesOf(place)) is { } contents)
            return contents;
        foreach (var path in PathsAt(place, await FleetIfReadableAsync(word, cancellationToken)))
        {
            if (await ContentsAsync([InRepository(path)]) is { } earlier)
                return earlier;
        }
        throw FleetException.NoSuchVersion(word, place.RelativePath, others);

        async Task<byte[]?> ContentsAsync(string[] files) =>
            await _history.FindAsync(word, files, cancellationToken) is { } commit
                ? await _history.ContentsAsync(commit.ToString(), files[0], cancellationToken)
                : null;
    }

    /// <summary>The places where the hosts of a lock had their locks in an earlier fleet, relative to the flake; the place of the lock
    /// itself if that fleet had none of them. Hosts that share a lock now may have had locks of their own.</summary>
    /// <param name="place">The lock.</param>
    /// <param name="earlier">The earlier fleet; null if it is not known.</param>
    public static IReadOnlyList<string> PathsAt(LockPlace place, Fleet? earlier)
    {
        var paths = place.Sharers
            .Select(owner => owner is LockOwner.Host(var name)
                ? earlier?.Hosts.FirstOrDefault(host => host.Name == name)?.Lock
                : FleetFolder.RootLock)
            .OfType<string>().Distinct().ToList();
        return paths.Count > 0 ? paths : [place.RelativePath];
    }

    /// <summary>The commit that a word means: one by name, or the last one of a day that changed the flake.</summary>
    /// <param name="word">The commit or the day, as the user names it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FleetException">There is no such commit.</exception>
    public async Task<Revision> CommitAsync(string word, CancellationToken cancellationToken) =>
        await _history.FindAsync(word, [FlakeInRepository], cancellationToken)
            ?? throw (Moment.TryParseDay(word) is not null && !_history.IsShallow
                ? FleetException.NoCommitOfDay(word)
                : FleetException.NoSuchCommit(word, _history.IsShallow));

    /// <summary>Reads the bytes of locks that a commit has; null for each that is not in the commit.</summary>
    /// <param name="paths">Their paths in the commit, relative to the flake.</param>
    /// <param name="word">The commit, as the user names it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>For each path, the bytes, or why they cannot be read.</returns>
    /// <exception cref="FleetException">There is no such commit.</exception>
    public async Task<IReadOnlyList<(byte[]? Bytes, HostlockException? Why)>> AtAsync(
        IReadOnlyList<string> paths, string word, CancellationToken cancellationToken)
    {
        if (paths.Count == 0)
            return [];
        var (commit, files) = ((await CommitAsync(word, cancellationToken)).ToString(), paths.Select(InRepository).ToList());
        try
        {
            return [.. (await _history.ContentsAsync(commit, files, cancellationToken)).Select(bytes => (bytes, (HostlockException?)null))];
        }
        catch (FetchException)
        {
            // A file whose filter fails says nothing about the others, so each is read alone.
            var read = new List<(byte[]?, HostlockException?)>();
            foreach (var file in files)
                read.Add(await AloneAsync(file));
            return read;
        }

        async Task<(byte[]?, HostlockException?)> AloneAsync(string file)
        {
            try
            {
                return (await _history.ContentsAsync(commit, file, cancellationToken), null);
            }
            catch (FetchException why)
            {
                return (null, why);
            }
        }
    }

    /// <summary>The fleet as hostlock.toml of a commit describes it; null if the commit has no such file.</summary>
    /// <exception cref="HostlockException">It cannot be read, or makes no sense to this hostlock.</exception>
    public async Task<Fleet?> TryFleetAtAsync(string word, CancellationToken cancellationToken) =>
        await _history.FindAsync(word, [_fleetFile], cancellationToken) is { } commit
            && await _history.ContentsAsync(commit.ToString(), _fleetFile, cancellationToken) is { } contents
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
        foreach (var commit in await _history.OfAsync(FilesOf(place), MostLookedAt, cancellationToken))
        {
            // A commit that replaced a link by a file did not change the file that the link led to.
            foreach (var version in new[] { $"{commit.Id}", $"{commit.Id}^" })
            {
                if (await _history.ContentsAsync(version, path, cancellationToken) is { } contents && !contents.AsSpan().SequenceEqual(now))
                    return contents;
            }
        }
        throw FleetException.NothingToUndo(place);
    }

    /// <summary>Walks the commits that changed locks, the newest first, with the contents that each lock had before and after.</summary>
    /// <param name="places">The locks.</param>
    /// <param name="most">The most commits to look at.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async IAsyncEnumerable<(FileCommit Commit, IReadOnlyList<RecordedFile> Files)> ChangesAsync(
        IReadOnlyList<LockPlace> places, int most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folders = new HashSet<TreePath>();
        var paths = places.Select(PathOf).ToList();
        var byFile = Enumerable.Range(0, places.Count).SelectMany(i => FilesOf(places[i], folders), (i, file) => (Lock: i, file))
            .ToLookup(each => each.file, each => each.Lock, StringComparer.Ordinal);
        List<string> files = [.. byFile.Select(file => file.Key)];
        var covering = GitPaths.Covering(files);
        var looked = 0;
        for (int skipped = 0, asked = FirstAsked; looked < most; skipped += asked, asked *= 2)
        {
            // A commit may have changed another file of the folders that were asked about, and then one more is needed.
            asked = covering.Count == files.Count ? Math.Min(asked, most - looked) : asked;
            var commits = await _history.OfAsync(covering, asked, cancellationToken, skipped);
            var changed = await _history.ChangedAsync(commits, covering, cancellationToken);
            foreach (var commit in commits)
            {
                List<int> moved = [.. changed[commit.Id].SelectMany(file => byFile[file]).Distinct().Order()];
                if (moved.Count == 0)
                    continue;
                List<string> ofCommit = [.. moved.Select(i => paths[i])];
                var before = await _history.ContentsAsync($"{commit.Id}^", ofCommit, cancellationToken);
                var after = await _history.ContentsAsync(commit.Id.ToString(), ofCommit, cancellationToken);
                yield return (
                    commit,
                    [
                        .. moved.Select((i, at) => new RecordedFile(places[i].RelativePath, before[at], after[at]))
                            .Where(file => !RecordedChange.IsSame(file.Before, file.After)),
                    ]);
                if (++looked == most)
                    yield break;
            }
            if (commits.Count < asked)
                yield break;
        }
    }

    /// <summary>Finds an earlier lock by its bytes; null if no commit that is looked at has it.</summary>
    /// <param name="place">The lock.</param>
    /// <param name="isIt">Returns true for the bytes that are looked for.</param>
    /// <param name="most">The most commits to look at.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<EarlierLock?> FindAsync(
        LockPlace place, Func<ReadOnlyMemory<byte>, bool> isIt, int most, CancellationToken cancellationToken)
    {
        var path = PathOf(place);
        var now = HostLocks.ReadBytes(place);
        var changes = 0;
        FileCommit? later = null;
        foreach (var commit in await _history.OfAsync(FilesOf(place), most, cancellationToken))
        {
            var contents = await _history.ContentsAsync(commit.Id.ToString(), path, cancellationToken);
            // The file may have changed since the last commit.
            if (later is null && now is not null && (contents is null || !contents.AsSpan().SequenceEqual(now)))
                changes++;
            if (contents is not null && isIt(contents))
                return new(commit, contents, changes, later?.Time);
            changes++;
            later = commit;
        }
        return null;
    }

    /// <summary>
    /// Walks the commits that changed anything in the flake, the newest first, with the bytes that a lock has in each; a commit without the
    /// lock is left out.
    /// </summary>
    /// <param name="place">The lock.</param>
    /// <param name="most">The most commits to look at.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async IAsyncEnumerable<(FileCommit Commit, byte[] Bytes)> WalkAsync(
        LockPlace place, int most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = PathOf(place);
        foreach (var commit in await _history.OfAsync([FlakeInRepository], most, cancellationToken))
        {
            if (await _history.ContentsAsync(commit.Id.ToString(), path, cancellationToken) is { } contents)
                yield return (commit, contents);
        }
    }

    /// <summary>Ends the git process that reads objects, if one was begun.</summary>
    public void Dispose() => _history.Dispose();

    string FlakeInRepository => Path.GetDirectoryName(_fleetFile) is { Length: > 0 } folder ? folder : ".";

    string InRepository(string path) => Path.Combine(Path.GetDirectoryName(_fleetFile)!, path);

    // Null if the commit has no hostlock.toml, or one that makes no sense to this hostlock.
    async Task<Fleet?> FleetIfReadableAsync(string word, CancellationToken cancellationToken)
    {
        try
        {
            return await TryFleetAtAsync(word, cancellationToken);
        }
        catch (FleetException)
        {
            return null;
        }
    }

    // Links of a commit are followed within the commit.
    string PathOf(LockPlace place) => Path.GetRelativePath(_root, place.FullPath);

    // The lock first. If it is a link, a change of the file that it leads to is a change of the lock.
    string[] FilesOf(LockPlace place) => FilesOf(place, null);

    string[] FilesOf(LockPlace place, HashSet<TreePath>? folders) =>
        [.. new[] { PathOf(place), GitWorkTreeFiles.PathOf(_root, place.FullPath, folders) }.Distinct()];

    // A commit that has deleted the lock has none of its inputs.
    async Task<(LockFile? Lock, HostlockException? Why)> LockAsync(Revision commit, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await _history.ContentsAsync(commit.ToString(), path, cancellationToken) is { } contents
                ? (LockFileReader.Read($"{path}@{commit.Shortened}", contents), null)
                : (LockFile.Empty, null);
        }
        catch (LockException why)
        {
            return (null, why); // a lock with conflict markers, one that is encrypted, or a file of another program was committed
        }
    }
}
