using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Reporting;

/// <summary>The page where upstream compares two revisions.</summary>
public static class CompareLink
{
    /// <summary>The address; null if the two are not of one repository of a forge, or one of them has no revision.</summary>
    public static string? Between(LockEdge? before, LockEdge? after) =>
        before is LockEdge.Locked({ Locked: var old }) && after is LockEdge.Locked({ Locked: var now }) && now.GitAddress == old.GitAddress
            ? Between(now, old.Commit, now.Commit)
            : null;

    /// <summary>The address for two revisions of one repository; null if it is of no forge, or a revision is not known.</summary>
    /// <param name="repository">A reference to the repository.</param>
    /// <param name="from">The earlier revision.</param>
    /// <param name="to">The later one.</param>
    public static string? Between(FlakeRef repository, Revision? from, Revision? to) =>
        from is { } old && to is { } now && old != now ? repository.Scheme.CompareLink(repository.Input, old, now) : null;

    /// <summary>The page where upstream shows one revision; null if it is of no forge.</summary>
    /// <param name="locked">A reference to the repository.</param>
    /// <param name="revision">The revision.</param>
    public static string? Of(FlakeRef locked, Revision revision) => locked.Scheme.CommitLink(locked.Input, revision);
}
