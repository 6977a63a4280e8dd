using Hostlock.Fleets.History;
using Hostlock.Locks;

namespace Hostlock.Fleets.Checks;

/// <summary>The locks of a fleet as a commit has them.</summary>
/// <param name="Commit">The commit, as the user named it.</param>
/// <param name="Locks">The locks that the commit has. A newer lock cannot have gone back, and is not among them.</param>
/// <param name="Unreadable">The locks that the commit has but that cannot be read there, so that nobody can tell whether they went
/// back.</param>
public sealed record EarlierLocks(
    string Commit, IReadOnlyList<(LockStatus Now, LockFile Before)> Locks, IReadOnlyList<(LockPlace Place, LockException Why)> Unreadable)
{
    /// <summary>Reads the locks from the history of the repository.</summary>
    /// <param name="history">The history.</param>
    /// <param name="locks">The locks as they are now; those that cannot be read now are left out.</param>
    /// <param name="commit">The commit, as the user names it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">There is no such commit.</exception>
    public static async Task<EarlierLocks> ReadAsync(
        LockHistory history, IReadOnlyList<LockStatus> locks, string commit, CancellationToken cancellationToken)
    {
        var earlier = new List<(LockStatus, LockFile)>();
        var unreadable = new List<(LockPlace, LockException)>();
        foreach (var status in locks.Where(status => status.Lock is not null))
        {
            try
            {
                if (await history.TryAtAsync(status.Place, commit, cancellationToken) is { } before)
                    earlier.Add((status, before));
            }
            catch (LockException why)
            {
                unreadable.Add((status.Place, why));
            }
        }
        return new(commit, earlier, unreadable);
    }
}
