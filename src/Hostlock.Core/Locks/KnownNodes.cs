using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

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

    readonly ConcurrentDictionary<string, (byte[] Json, LockFileReader.RawNode Node)[]> _nodes = new(StringComparer.Ordinal);
    int _added;

    /// <summary>Finds the node that a text begins with.</summary>
    /// <param name="key">Its key in the lock file.</param>
    /// <param name="text">The rest of the lock file, from the node on.</param>
    /// <param name="node">The node; null if none is known.</param>
    /// <param name="length">How many bytes of the text are the node.</param>
    public bool TryGet(string key, ReadOnlySpan<byte> text, [NotNullWhen(true)] out LockFileReader.RawNode? node, out int length)
    {
        if (_nodes.TryGetValue(key, out var known))
        {
            foreach (var (json, each) in known)
            {
                if (!text.StartsWith(json))
                    continue;
                (node, length) = (each, json.Length);
                return true;
            }
        }
        (node, length) = (null, 0);
        return false;
    }

    /// <summary>Remembers a node without a defect.</summary>
    public void Add(string key, ReadOnlySpan<byte> json, LockFileReader.RawNode node)
    {
        var isFull = _nodes.TryGetValue(key, out var known) && known.Length >= MostOfOneKey;
        if (json is not [(byte)'{', ..] || isFull || Interlocked.Increment(ref _added) > Most)
            return;
        var entry = (json.ToArray(), node);
        _nodes.AddOrUpdate(key, _ => [entry], (_, others) => [.. others, entry]);
    }
}
