using Hostlock.Locks;

namespace Hostlock.Fetching.Git;

/// <summary>The commit that a reference points to, and the repository on this machine that has it.</summary>
/// <param name="Repository">The repository, which is local or a copy.</param>
/// <param name="Commit">The commit.</param>
/// <param name="Ref">The branch or tag, as a lock would name it.</param>
sealed record FoundCommit(GitRepository Repository, GitCommit Commit, string Ref)
{
    /// <summary>If the remote repository did not answer, so that this is the commit of an earlier time, the failure; else null.</summary>
    public StaleAnswer? Stale { get; init; }
}
