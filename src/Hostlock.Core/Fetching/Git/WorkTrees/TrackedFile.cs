using Hostlock.Nar;

namespace Hostlock.Fetching.Git.WorkTrees;

/// <summary>A file or a link that git knows, as it is on disk.</summary>
readonly record struct TrackedFile(TreePath Path, TreeEntryKind Kind);
