using System.Collections.Immutable;
using Hostlock.Fleets;
using Hostlock.Fleets.Checks;
using Hostlock.Locks;
using Hostlock.Machines.Packages;

namespace Hostlock.Reporting.Pages;

/// <summary>A lock and its changes.</summary>
/// <param name="Place">The lock.</param>
/// <param name="Diff">The changes.</param>
public sealed record MovedLock(LockPlace Place, LockDiff Diff)
{
    /// <summary>The packages that differ, by host; none if nobody asked for them.</summary>
    public ImmutableArray<(HostName Host, PackageDiff Diff)> Packages { get; init; } = [];
}

/// <summary>The moves in the locks of a fleet since a commit.</summary>
/// <param name="Since">The commit, in words.</param>
/// <param name="Locks">The locks that changed.</param>
/// <param name="Findings">The findings of <c>check</c>.</param>
public sealed record MovedLocks(string Since, IReadOnlyList<MovedLock> Locks, IReadOnlyList<Finding> Findings);
