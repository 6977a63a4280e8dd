using System.Collections.Concurrent;

namespace Hostlock.Locks;

/// <summary>
/// A cache of parsed nodes by key and JSON. Locks of one fleet are nearly identical, so a node whose bytes were seen before is reused
/// instead of parsed.
/// </summary>
sealed class KnownNodes
{
    // More than any fleet has; beyond it nothing is remembered.
    const int Most = 100_000;

    // Versions kept per key; hosts rarely differ by more than a few.
    const int MostOfOneKey = 4;

    readonly ConcurrentDictionary<string, KnownNode[]> _nodes = new(StringComparer.Ordinal);
    int _added;

    /// <summary>Finds the node that a text begins with; null if none is known.</summary>
    /// <param name="key">Its key in the lock file.</param>
    /// <param name="text">The rest of the lock file, from the node on.</param>
    public KnownNode? Find(string key, ReadOnlySpan<byte> text)
    {
        if (!_nodes.TryGetValue(key, out var known))
            return null;
        foreach (var each in known)
        {
            if (text.StartsWith(each.Json))
                return each;
        }
        return null;
    }

    /// <summary>Remembers a node without a defect; null if there are too many to remember it.</summary>
    /// <param name="key">Its key in the lock file.</param>
    /// <param name="json">Its text.</param>
    /// <param name="node">The node.</param>
    public KnownNode? Add(string key, ReadOnlySpan<byte> json, LockFileReader.RawNode node)
    {
        var isFull = _nodes.TryGetValue(key, out var known) && known.Length >= MostOfOneKey;
        if (json is not [(byte)'{', ..] || isFull || Interlocked.Increment(ref _added) > Most)
            return null;
        var added = new KnownNode(key, json.ToArray(), node);
        _nodes.AddOrUpdate(key, _ => [added], (_, others) => [.. others, added]);
        return added;
    }
}
