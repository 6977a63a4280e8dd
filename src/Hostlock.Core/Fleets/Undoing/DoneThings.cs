using Hostlock.Fetching.Git;
using Hostlock.Flakes;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets.Undoing;

/// <summary>A thing that was done in a flake.</summary>
/// <param name="Change">What it changed.</param>
/// <param name="Locks">The locks among its files, as far as they can be read.</param>
public sealed record DoneThing(RecordedChange Change, IReadOnlyList<PlannedLock> Locks)
{
    /// <summary>The commit that has it: the thing itself, or the last one that did the same to all its locks, or that left them so after it
    /// was done; null if there is none.</summary>
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
    /// <param name="asked">The inputs that are asked about. What changed none of them in a lock is left out.</param>
    /// <param name="most">The most that are returned.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The flake is in no repository, or its history cannot be read.</exception>
    public static async Task<IReadOnlyList<DoneThing>> ReadAsync(
        IProcessRunner processes, FleetFolder folder, InputSelection asked, int most, CancellationToken cancellationToken)
    {
        var places = folder.AllPlaces();
        using var history = LockHistory.Open(processes, folder);
        var looked = asked.IsAll ? most : LockHistory.MostSearched;
        var changes = ChangeRecord.Of(folder)!.Changes().Take(looked).ToList();
        // A commit is what was done only if no command is known that left the same bytes, or took them back.
        var known = changes.SelectMany(change => change.Files)
            .SelectMany(file => new[] { (file.Path, Sum: SumOf(file.Before)), (file.Path, Sum: SumOf(file.After)) })
            .ToHashSet();
        var commits = changes.Select(change => change.Commit).OfType<Revision>().ToHashSet();
        var committed = new Dictionary<(string Path, string Before, string After), Revision>();
        var left = new Dictionary<(string Path, string After), FileCommit>();
        await foreach (var (commit, files) in history.ChangesAsync(places, looked, cancellationToken))
        {
            foreach (var file in files)
            {
                var after = SumOf(file.After);
                committed.TryAdd((file.Path, SumOf(file.Before), after), commit.Id);
                left.TryAdd((file.Path, after), commit);
            }
            if (files.Count > 0 && !commits.Contains(commit.Id) && !files.All(file => known.Contains((file.Path, SumOf(file.After)))))
                changes.Add(RecordedChange.Of(commit, files));
        }
        var byPath = places.ToDictionary(place => place.RelativePath, StringComparer.Ordinal);
        return [.. changes.OrderByDescending(change => change.When).Select(ThingOf).OfType<DoneThing>().Take(most)];

        DoneThing? ThingOf(RecordedChange change)
        {
            List<PlannedLock> locks =
            [
                .. change.Files.Select(file => byPath.TryGetValue(file.Path, out var place) ? TryPlan(place, file)?.About(asked) : null)
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

        // One commit may have several things that were done one after the other. One that is older only happens to have the same bytes.
        Revision? CommitOfFile(RecordedFile file, DateTimeOffset when)
        {
            var after = SumOf(file.After);
            return committed.TryGetValue((file.Path, SumOf(file.Before), after), out var own) ? own
                : left.TryGetValue((file.Path, after), out var commit) && commit.Time is { } made
                    && made.Date.ToUnixTimeSeconds() >= when.ToUnixTimeSeconds() ? commit.Id
                : null;
        }
    }

    static string SumOf(byte[]? bytes) => bytes is null ? "" : FlakeRecords.SumOf(bytes);

    // A lock with conflict markers may have been committed.
    static PlannedLock? TryPlan(LockPlace place, RecordedFile file)
    {
        try
        {
            return PlannedLock.Of(place, Read(file.Before), Read(file.After) ?? LockFile.Empty);
        }
        catch (LockException)
        {
            return null;
        }

        LockFile? Read(byte[]? bytes) => bytes is null ? null : LockFileReader.Read(place.RelativePath, bytes);
    }
}
