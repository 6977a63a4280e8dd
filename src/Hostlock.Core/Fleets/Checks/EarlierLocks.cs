using Hostlock.Fleets.History;
using Hostlock.Locks;

namespace Hostlock.Fleets.Checks;

/// <summary>The locks of a fleet as a commit has them.</summary>
/// <param name="Commit">The commit, as the user named it.</param>
/// <param name="Locks">Each lock that is in it. A lock that is new has nothing to go back from, and is not in it.</param>
/// <param name="Unreadable">Each lock that cannot be read there, so that nobody can tell whether it went back.</param>
public sealed record EarlierLocks(
    string Commit, IReadOnlyList<(LockStatus Now, LockFile Before)> Locks, IReadOnlyList<(
        LockPlace Place, HostlockException Why)> Unreadable)
{
    /// <summary>Reads them from the history of the repository, where hostlock.toml of the commit says that they are: a lock may have moved
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
        foreach (var status in locks.Where(status => status.Lock is not null))
        {
            foreach (var path in LockHistory.PathsAt(status.Place, fleet))
            {
                try
                {
                    if (await history.TryAtAsync(path, commit, cancellationToken) is { } before)
                        earlier.Add((status, before));
                    else if (why is not null)
                        unreadable.Add((status.Place, why));
                }
                catch (HostlockException problem) when (problem is not FleetException)
                {
                    unreadable.Add((status.Place, problem));
                }
            }
        }
        return new(commit, earlier, unreadable);
    }

    // A hostlock.toml that cannot be read fails only the locks that are not where they are now.
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
