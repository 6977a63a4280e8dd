using Hostlock.Flakes;
using Hostlock.Nar;

namespace Hostlock.Fetching;

/// <summary>The facts that are known of a pinned tree: enough to lock it, without the tree itself.</summary>
/// <param name="NarHash">The hash of the whole tree.</param>
/// <param name="LastModified">When its newest part was changed; null if nothing says so.</param>
/// <param name="RevisionCount">The number of commits; null if the tree is not of git, or they were not counted.</param>
/// <param name="Files">The contents of the files that were asked for, by path; null for a file that does not exist.</param>
public sealed record CachedAnswer(string NarHash, Moment? LastModified, ulong? RevisionCount, IReadOnlyDictionary<TreePath, byte[]?> Files)
{
    /// <summary>True if <see cref="Files"/> has every flake.nix and flake.lock of the tree.</summary>
    public bool IsComplete { get; init; }

    /// <summary>The ETag of a download whose contents may change, to ask whether they have; null if there was none.</summary>
    public string? Tag { get; init; }

    /// <summary>The immutable link of such a download; null if there was none.</summary>
    public string? Link { get; init; }

    /// <summary>Makes the answer about a tree that was read to its end.</summary>
    /// <param name="hash">The hash of the whole tree.</param>
    /// <param name="modified">When its newest part was changed; null if nothing says so.</param>
    /// <param name="caught">The flake.nix and flake.lock files in it.</param>
    internal static CachedAnswer Of(NarHash hash, Moment? modified, CaughtFiles caught) =>
        new(
            hash.ToString(),
            modified,
            null,
            // Nobody asks for a path that is no text, because no reference can have it.
            caught.Files.Where(file => file.Key.IsText).ToDictionary(file => file.Key, file => (byte[]?)file.Value))
        {
            IsComplete = caught.IsComplete,
        };
}
