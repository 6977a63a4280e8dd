using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets.History;

namespace Hostlock.Fleets.Bisecting;

/// <summary>What to look for.</summary>
/// <param name="Place">The lock of the host, in whose place others are tried.</param>
/// <param name="Good">A lock that is good.</param>
/// <param name="Bad">A lock that is bad; null for the host's own.</param>
/// <param name="Command">The shell command that tells good from bad.</param>
public sealed record BisectRequest(LockPlace Place, LockVersion Good, LockVersion? Bad, string Command)
{
    /// <summary>True if the search ends with the input, and its revisions are not looked through.</summary>
    public bool StopsAtInput { get; init; }
}

/// <summary>What was found.</summary>
/// <param name="Culprits">The inputs that broke the host, by name; several if they do so only together, none if the locks have the same inputs.</param>
/// <param name="Revisions">Which revisions of the one culprit did it; null if they were not looked through.</param>
/// <param name="LastGood">The revision to hold the culprit at; null if it has none.</param>
public sealed record BisectResult(ImmutableArray<string> Culprits, RevisionVerdict? Revisions, string? LastGood)
{
    /// <summary>The bad lock's entry of the one culprit; null if the revisions were not looked through.</summary>
    public FlakeRef? Locked { get; init; }
}
