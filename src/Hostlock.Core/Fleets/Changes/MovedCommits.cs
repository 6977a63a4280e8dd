using Hostlock.Fetching;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>The commits by which one input moved.</summary>
/// <param name="Change">The move of the input.</param>
/// <param name="Commits">The commits; null if they are not known.</param>
/// <param name="Why">Why they are not known; null if they are, or if nobody can be asked.</param>
public sealed record MovedCommits(LockChange Change, CommitList? Commits, HostlockException? Why)
{
    // Each is a question to a forge, and some forges answer only sixty an hour.
    const int MostAsked = 30;

    /// <summary>Asks for the commits of the inputs directly beneath the flake that moved, of the first thirty at most. If an answer does
    /// not come, its input says so, and the others are still there.</summary>
    /// <param name="diff">The differences.</param>
    /// <param name="askAsync">Asks for the commits after one revision up to another.</param>
    public static async Task<IReadOnlyList<MovedCommits>> AskAsync(LockDiff diff, Func<FlakeRef, FlakeRef, Task<CommitList?>> askAsync) =>
        await Task.WhenAll(
            diff.Changes.Where(change => change is { Path.Length: 1, Moves: true, Before: LockEdge.Locked, After: LockEdge.Locked })
                .Take(MostAsked)
                .Select(
                    change => AskAsync(
                        change, ((LockEdge.Locked)change.Before!).Node.Locked, ((LockEdge.Locked)change.After!).Node.Locked, askAsync)));

    static async Task<MovedCommits> AskAsync(
        LockChange change, FlakeRef before, FlakeRef after, Func<FlakeRef, FlakeRef, Task<CommitList?>> askAsync)
    {
        try
        {
            return new(change, await askAsync(before, after), null);
        }
        catch (HostlockException why)
        {
            return new(change, null, why);
        }
    }
}
