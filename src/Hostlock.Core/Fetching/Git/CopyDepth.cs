namespace Hostlock.Fetching.Git;

/// <summary>The part of a repository that a copy has.</summary>
enum CopyDepth
{
    /// <summary>All commits that the refs reach, with their trees.</summary>
    Whole,

    /// <summary>Single commits with their trees, without their history.</summary>
    Shallow,

    /// <summary>Commits with their history, without their trees.</summary>
    Commits,
}
