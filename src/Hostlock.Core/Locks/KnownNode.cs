namespace Hostlock.Locks;

/// <summary>A parsed node, and the node that follows it in most files that have it.</summary>
/// <param name="key">Its key in the lock file.</param>
/// <param name="json">Its text.</param>
/// <param name="node">The node.</param>
sealed class KnownNode(string key, byte[] json, LockFileReader.RawNode node)
{
    /// <summary>Its key in the lock file.</summary>
    public string Key { get; } = key;

    /// <summary>Its text.</summary>
    public byte[] Json { get; } = json;

    /// <summary>The node, which several threads use at once, and which does not change any more.</summary>
    public LockFileReader.RawNode Node { get; } = node;

    /// <summary>The node that followed it in the last file, with the text between the two, which ends with the key; null if none is
    /// known.</summary>
    public Follower? Next { get; private set; }

    /// <summary>Remembers the node that followed it in a file.</summary>
    /// <param name="next">The node.</param>
    /// <param name="between">The text between the two.</param>
    public void LeadTo(KnownNode next, ReadOnlySpan<byte> between)
    {
        if (Next is not var (known, node) || !ReferenceEquals(node, next) || !between.SequenceEqual(known))
            Next = new(between.ToArray(), next);
    }

    /// <summary>A node that follows another.</summary>
    /// <param name="Between">The text between the two.</param>
    /// <param name="Node">The node.</param>
    public sealed record Follower(byte[] Between, KnownNode Node);
}
