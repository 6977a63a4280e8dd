namespace Hostlock.Fetching.Git;

/// <summary>How much of a repository a copy has.</summary>
enum CopyDepth
{
    /// <summary>All that its refs reach.</summary>
    Whole,

    /// <summary>Commits without their history.</summary>
    Shallow,

    /// <summary>Commits without their trees.</summary>
    Commits,
}
