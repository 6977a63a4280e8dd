namespace Hostlock.Fetching.Git;

/// <summary>A file that a commit changed.</summary>
/// <param name="Path">The file, relative to the work tree.</param>
/// <param name="Before">The id of the blob that it had before; null if it did not exist.</param>
/// <param name="After">The id of the blob that it has since; null if it was deleted.</param>
public sealed record FileChange(string Path, string? Before, string? After);

/// <summary>The files that a commit changed. A merge has the changes against each of its parents.</summary>
/// <param name="Commit">The commit.</param>
/// <param name="Changes">The files.</param>
public sealed record CommitChanges(FileCommit Commit, IReadOnlyList<FileChange> Changes);
