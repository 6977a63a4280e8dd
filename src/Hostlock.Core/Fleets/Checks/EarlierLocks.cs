using Hostlock.Fleets.History;
using Hostlock.Locks;

namespace Hostlock.Fleets.Checks;

/// <summary>The locks of a fleet as a commit has them.</summary>
/// <param name="Commit">The commit, as the user named it.</param>
/// <param name="Locks">Each lock that is in it. A lock that is new has nothing to go back from, and is not in it.</param>
public sealed record EarlierLocks(string Commit, IReadOnlyList<(LockStatus Now, LockFile Before)> Locks)
{
    /// <summary>Reads them from the history of the repository.</summary>
    /// <exception cref="HostlockException">There is no such commit.</exception>
    public static async Task<EarlierLocks> ReadAsync(
        LockHistory history, IReadOnlyList<LockStatus> locks, string commit, CancellationToken cancellationToken)
    {
        var earlier = new List<(LockStatus, LockFile)>();
        foreach (var status in locks.Where(status => status.Lock is not null))
        {
            if (await history.TryAtAsync(status.Place, commit, cancellationToken) is { } before)
                earlier.Add((status, before));
        }
        return new(commit, earlier);
    }
}
