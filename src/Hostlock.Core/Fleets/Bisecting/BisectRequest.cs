using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets.History;

namespace Hostlock.Fleets.Bisecting;

/// <summary>The search to make.</summary>
/// <param name="Place">The lock of the host.</param>
public abstract record BisectRequest(LockPlace Place)
{
    /// <summary>A search between two locks. If the same one is open, it goes on.</summary>
    /// <param name="Place">The lock of the host.</param>
    /// <param name="Good">The good lock.</param>
    /// <param name="Bad">The bad lock; null for the host's own.</param>
    /// <param name="Command">The shell command that tells good from bad.</param>
    public sealed record Begin(LockPlace Place, LockVersion Good, LockVersion? Bad, string Command) : BisectRequest(Place)
    {
        /// <summary>True if the search ends with the input, without its revisions.</summary>
        public bool StopsAtInput { get; init; }
    }

    /// <summary>The search that was broken off.</summary>
    /// <param name="Place">The lock of the host.</param>
    public sealed record Resume(LockPlace Place) : BisectRequest(Place);
}

/// <summary>The result of a search.</summary>
/// <param name="Culprits">The inputs that broke the host, by name; several if they do so only together, none if the locks have the same
/// inputs.</param>
/// <param name="Revisions">The revisions of the culprit that may have broken the host; null if they were not searched.</param>
/// <param name="LastGood">The revision at which to hold the culprit; null if it has none.</param>
public sealed record BisectResult(ImmutableArray<string> Culprits, RevisionVerdict? Revisions, string? LastGood)
{
    /// <summary>The culprit's reference in the bad lock; null if the revisions were not searched.</summary>
    public FlakeRef? Locked { get; init; }
}
