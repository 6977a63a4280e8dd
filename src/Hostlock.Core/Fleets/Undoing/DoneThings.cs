using Hostlock.Fetching.Git;
using Hostlock.Flakes;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets.Undoing;

/// <summary>A thing that was done in a flake.</summary>
/// <param name="Change">The change.</param>
/// <param name="Locks">The locks among its files, as far as they can be read.</param>
public sealed record DoneThing(RecordedChange Change, IReadOnlyList<PlannedLock> Locks)
{
    /// <summary>The commit that has it: the thing itself, or the last commit that changed all its locks in the same way, or that left them
    /// like this afterwards; null if there is none.</summary>
    public Revision? Commit { get; init; }

    /// <summary>True if all of it was taken back.</summary>
    public bool IsTakenBack => !Change.Standing.Any();
}

/// <summary>The things that were done in a flake: the changes that are recorded, and the commits of locks that are none of these.</summary>
public static class DoneThings
{
    /// <summary>Reads them, the newest first.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The flake.</param>
    /// <param name="asked">The inputs that are asked about. A thing that changed none of them in a lock is left out.</param>
    /// <param name="most">The most that are returned.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The flake is in no repository, or its history cannot be read.</exception>
    public static async Task<IReadOnlyList<DoneThing>> ReadAsync(
        IProcessRunner processes, FleetFolder folder, InputSelection asked, int most, CancellationToken cancellationToken)
    {
        var places = folder.AllPlaces();
        var byPath = places.ToDictionary(place => place.RelativePath, StringComparer.Ordinal);
        using var history = LockHistory.Open(processes, folder);
        var contents = new Contents();
        var looked = asked.IsAll ? most : LockHistory.MostSearched;
        var linked = Linked(folder, places);
        var recorded = ChangeRecord.Of(folder)!.Changes().Take(looked)
            .Select(change => change.Named(path => linked.GetValueOrDefault(path, path))).ToList();
        // A commit counts as a thing of its own only if no known command left the same bytes, or took them back before the commit was made.
        var known = recorded.SelectMany(change => change.Files).Select(file => (file.Path, Sum: contents.SumOf(file.After))).ToHashSet();
        var replaced = new Dictionary<(string Path, string Sum), DateTimeOffset>();
        foreach (var change in recorded)
        {
            foreach (var file in change.Files)
                replaced[(file.Path, contents.SumOf(file.Before))] = change.When; // the oldest comes last
        }
        var commits = recorded.Select(change => change.Commit).OfType<Revision>().ToHashSet();
        var committed = new Dictionary<(string Path, string Before, string After), Revision>();
        var left = new Dictionary<(string Path, string After), FileCommit>();
        var things = new List<DoneThing>();
        await foreach (var (commit, files) in history.ChangesAsync(places, looked, cancellationToken))
        {
            foreach (var file in files)
            {
                var after = contents.SumOf(file.After);
                committed.TryAdd((file.Path, contents.SumOf(file.Before), after), commit.Id);
                left.TryAdd((file.Path, after), commit);
            }
            if (files.Count > 0 && !commits.Contains(commit.Id)
                && !files.All(file => IsKnown((file.Path, contents.SumOf(file.After)), commit))
                && ThingOf(RecordedChange.Of(commit, files)) is { } thing)
                things.Add(thing);
            // Older ones are not shown.
            if (things.Count == most)
                break;
        }
        things.InsertRange(0, recorded.Select(ThingOf).OfType<DoneThing>());
        return [.. things.OrderByDescending(thing => thing.Change.When).Take(most)];

        bool IsKnown((string Path, string Sum) left, FileCommit commit) =>
            known.Contains(left) || (replaced.TryGetValue(left, out var when) && IsMadeSince(when, commit));

        DoneThing? ThingOf(RecordedChange change)
        {
            List<PlannedLock> locks =
            [
                .. change.Files
                    .Select(file => byPath.TryGetValue(file.Path, out var place) ? contents.TryPlan(place, file)?.About(asked) : null)
                    .OfType<PlannedLock>(),
            ];
            return asked.IsAll || locks.Exists(planned => !planned.Diff.IsEmpty)
                ? new(change, locks) { Commit = change.Commit ?? CommitOf(change) }
                : null;
        }

        // Files that are no locks may have been committed at any time.
        Revision? CommitOf(RecordedChange change) =>
            change.Files.Where(file => byPath.ContainsKey(file.Path))
                .Select(file => CommitOfFile(file, change.When)).Distinct().ToList() is [{ } only]
                ? only
                : null;

        // One commit may have several things that were done one after the other. An older commit with the same bytes is a coincidence.
        Revision? CommitOfFile(RecordedFile file, DateTimeOffset when)
        {
            var after = contents.SumOf(file.After);
            return committed.TryGetValue((file.Path, contents.SumOf(file.Before), after), out var own) ? own
                : left.TryGetValue((file.Path, after), out var commit) && IsMadeSince(when, commit) ? commit.Id
                : null;
        }

        static bool IsMadeSince(DateTimeOffset when, FileCommit commit) =>
            commit.Time is { } made && made.Date.ToUnixTimeSeconds() >= when.ToUnixTimeSeconds();
    }

    // A lock that was made through a link is recorded by the path of its file, and known by its own.
    static Dictionary<string, string> Linked(FleetFolder folder, IReadOnlyList<LockPlace> places)
    {
        var linked = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in places.Select(place => place.RelativePath))
        {
            try
            {
                if (folder.Files.WrittenPath(path) is var written && written != path)
                    linked.TryAdd(written, path);
            }
            catch (PlatformException)
            {
                // Nothing is written through links that go round in a circle.
            }
        }
        return linked;
    }

    /// <summary>The contents of files that were looked at. Many hosts get the same lock, which is one array then, and is looked at
    /// once.</summary>
    sealed class Contents
    {
        readonly Dictionary<byte[], string> _sums = new(ReferenceEqualityComparer.Instance);
        readonly Dictionary<byte[], LockFile?> _locks = new(ReferenceEqualityComparer.Instance);
        readonly LockReading _reading = new();

        public string SumOf(byte[]? bytes)
        {
            if (bytes is null)
                return "";
            if (!_sums.TryGetValue(bytes, out var sum))
                _sums.Add(bytes, sum = FlakeRecords.SumOf(bytes));
            return sum;
        }

        // Null if a lock cannot be read: one with conflict markers may have been committed.
        public PlannedLock? TryPlan(LockPlace place, RecordedFile file)
        {
            var (before, after) = (Read(file.Before), Read(file.After) ?? (file.After is null ? LockFile.Empty : null));
            return after is null || (before is null && file.Before is not null) ? null : PlannedLock.Of(place, before, after);
        }

        LockFile? Read(byte[]? bytes)
        {
            if (bytes is null)
                return null;
            if (!_locks.TryGetValue(bytes, out var file))
                _locks.Add(bytes, file = LockFileReader.TryRead(bytes, _reading));
            return file;
        }
    }
}
