using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Reporting;

/// <summary>Where upstream shows what lies between two revisions.</summary>
public static class CompareLink
{
    /// <summary>The address; null if the two are not of one repository of a forge, or one of them has no revision.</summary>
    public static string? Between(LockEdge? before, LockEdge? after) =>
        before is LockEdge.Locked({ Locked: var old }) && after is LockEdge.Locked({ Locked: var now })
        && old.Commit is { } from && now.Commit is { } to && from != to
        && now.GitAddress == old.GitAddress
            ? now.Scheme.CompareLink(now.Input, from, to)
            : null;

    /// <summary>Where upstream shows one revision; null if it is of no forge.</summary>
    /// <param name="locked">A reference to the repository.</param>
    /// <param name="revision">The revision.</param>
    public static string? Of(FlakeRef locked, Revision revision) => locked.Scheme.CommitLink(locked.Input, revision);
}
