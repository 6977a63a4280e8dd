using Hostlock.Flakes;
using Hostlock.Nar;

namespace Hostlock.Fetching;

/// <summary>The facts that are known of a pinned tree: enough to lock it, and not the tree.</summary>
/// <param name="NarHash">The hash of the whole tree.</param>
/// <param name="LastModified">When its newest part was changed; null if nothing says so.</param>
/// <param name="RevisionCount">The number of commits, for git.</param>
/// <param name="Files">The contents of files that were asked for, by path; null for what is not there.</param>
public sealed record CachedAnswer(string NarHash, Moment? LastModified, ulong? RevisionCount, IReadOnlyDictionary<TreePath, byte[]?> Files)
{
    /// <summary>True if <see cref="Files"/> has every flake.nix and flake.lock of the tree.</summary>
    public bool IsComplete { get; init; }

    /// <summary>For a download at an address that may change: the ETag it came with, to ask whether it has.</summary>
    public string? Tag { get; init; }

    /// <summary>For such a download: the immutable link it came with.</summary>
    public string? Link { get; init; }

    /// <summary>The answer about a tree that was read to its end.</summary>
    /// <param name="hash">The hash of the whole tree.</param>
    /// <param name="modified">When its newest part was changed; null if nothing says so.</param>
    /// <param name="caught">Its files that say what a flake is.</param>
    internal static CachedAnswer Of(NarHash hash, Moment? modified, CaughtFiles caught) =>
        new(
            hash.ToString(),
            modified,
            null,
            // A path that is no text is in no reference, and nobody asks for it.
            caught.Files.Where(file => file.Key.IsText).ToDictionary(file => file.Key, file => (byte[]?)file.Value))
        {
            IsComplete = caught.IsComplete,
        };
}
