using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets.Checks;

/// <summary>The locks of a fleet as a commit has them.</summary>
/// <param name="Commit">The commit, as the user named it.</param>
/// <param name="Locks">Each lock that the commit has. A new lock cannot have gone back, and is not among them.</param>
/// <param name="Unreadable">Each lock that cannot be read there, so that it is not known whether it went back.</param>
public sealed record EarlierLocks(
    string Commit, IReadOnlyList<(LockStatus Now, LockFile Before)> Locks, IReadOnlyList<(
        LockPlace Place, HostlockException Why)> Unreadable)
{
    /// <summary>Reads them from the history of the repository, at the places in hostlock.toml of the commit: a lock may have another place
    /// since.</summary>
    /// <param name="history">The history.</param>
    /// <param name="locks">The locks as they are now; those that cannot be read now are left out.</param>
    /// <param name="commit">The commit, as the user names it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">There is no such commit.</exception>
    public static async Task<EarlierLocks> ReadAsync(
        LockHistory history, IReadOnlyList<LockStatus> locks, string commit, CancellationToken cancellationToken)
    {
        var earlier = new List<(LockStatus, LockFile)>();
        var unreadable = new List<(LockPlace, HostlockException)>();
        var (fleet, why) = await FleetAsync(history, commit, cancellationToken);
        List<(LockStatus Now, string Path)> asked =
        [
            .. from status in locks
               where status.Lock is not null
               from path in LockHistory.PathsAt(status.Place, fleet)
               select (status, path),
        ];
        var reading = new LockReading();
        var read = await history.AtAsync([.. asked.Select(each => each.Path)], commit, cancellationToken);
        foreach (var ((now, path), (bytes, problem)) in asked.Zip(read))
        {
            if ((problem ?? (bytes is null ? why : null)) is { } unread)
                unreadable.Add((now.Place, unread));
            if (bytes is null)
                continue;
            try
            {
                earlier.Add((now, LockFileReader.Read($"{path}@{commit}", bytes, reading)));
            }
            catch (LockException wrong)
            {
                unreadable.Add((now.Place, wrong));
            }
        }
        return new(commit, earlier, unreadable);
    }

    /// <summary>Reads them from a commit. If none is named, it is HEAD, or, if nothing has moved since HEAD, the one before the last commit
    /// that moved a lock.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The flake.</param>
    /// <param name="locks">The locks as they are now; those that cannot be read now are left out.</param>
    /// <param name="commit">The commit, as the user names it; null if the user names none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">There is no such commit, or git cannot say what moved.</exception>
    public static async Task<EarlierLocks> SinceAsync(
        IProcessRunner processes, FleetFolder folder, IReadOnlyList<LockStatus> locks, string? commit,
        CancellationToken cancellationToken)
    {
        using var history = LockHistory.Open(processes, folder);
        var earlier = await ReadAsync(history, locks, commit ?? "HEAD", cancellationToken);
        return commit is null && earlier.Unreadable.Count == 0 && !earlier.Moved(locks).Any()
            ? await BeforeLastMoveAsync(processes, folder, locks, cancellationToken) ?? earlier
            : earlier;
    }

    /// <summary>The locks as they were before the last commit that moved one, under the name of that commit's parent; null if none
    /// did.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The flake.</param>
    /// <param name="locks">The locks as they are now; those that cannot be read now are left out.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">git cannot say what moved.</exception>
    public static async Task<EarlierLocks?> BeforeLastMoveAsync(
        IProcessRunner processes, FleetFolder folder, IReadOnlyList<LockStatus> locks, CancellationToken cancellationToken)
    {
        var last = await FleetHistory.ReadAsync(processes, folder, folder.AllPlaces(), 1, cancellationToken);
        if (last.Moves.IsEmpty)
            return null;
        var before = last.Moves.SelectMany(move => move.Places, (move, place) => (place.FullPath, move.Before))
            .ToDictionary(pair => pair.FullPath, pair => pair.Before);
        return new(
            $"{last.Moves[^1].Commit.Id.Shortened}~1",
            [
                .. from now in locks
                   where now.Lock is not null
                   let earlier = before.GetValueOrDefault(now.Place.FullPath, now.Lock)
                   where earlier is not null && (earlier.Root.Inputs.Count > 0 || !before.ContainsKey(now.Place.FullPath))
                   select (now, earlier!),
            ],
            []);
    }

    /// <summary>The locks that have changed since, each with both versions and the difference. A lock that the commit does not have was
    /// empty; one that several hosts share by now is compared with each of theirs.</summary>
    /// <param name="locks">The locks as they are now; those that cannot be read, now or then, are left out.</param>
    public IEnumerable<(LockStatus Now, LockFile Before, LockDiff Diff)> Moved(IEnumerable<LockStatus> locks)
    {
        var known = Locks.ToLookup(pair => pair.Now.Place.FullPath, pair => pair.Before);
        var unknown = Unreadable.Select(each => each.Place.FullPath).ToHashSet();
        return from now in locks
               where now.Lock is not null && !unknown.Contains(now.Place.FullPath)
               from before in known[now.Place.FullPath].DefaultIfEmpty(LockFile.Empty)
               let diff = LockDiff.Between(before, now.Lock!)
               where !diff.IsEmpty
               select (now, before, diff);
    }

    // The fleet at the commit, or why its hostlock.toml cannot be read. Without it, a lock is looked for at its present place.
    static async Task<(Fleet? Fleet, HostlockException? Why)> FleetAsync(
        LockHistory history, string commit, CancellationToken cancellationToken)
    {
        try
        {
            return (await history.TryFleetAtAsync(commit, cancellationToken), null);
        }
        catch (HostlockException why)
        {
            return (null, why);
        }
    }
}
