using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Hostlock.Locks;

/// <summary>
/// Nodes by their key and the bytes they had in a lock file. The locks of a fleet have mostly the same: an object whose text begins a text is that
/// object, so that what was read once is passed over by comparing it.
/// </summary>
static class KnownNodes
{
    // What is more than any fleet has; beyond it nothing is remembered.
    const int Most = 100_000;

    // Of one key: a host or two are ahead, and the rest is at one of a few.
    const int MostOfOneKey = 4;

    static readonly ConcurrentDictionary<string, (byte[] Json, LockFileReader.RawNode Node)[]> Nodes = new(StringComparer.Ordinal);
    static int _added;

    /// <summary>The node that a text begins with, and how many bytes of it that is.</summary>
    public static bool TryGet(string key, ReadOnlySpan<byte> text, [NotNullWhen(true)] out LockFileReader.RawNode? node, out int length)
    {
        if (Nodes.TryGetValue(key, out var known))
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
    public static void Add(string key, ReadOnlySpan<byte> json, LockFileReader.RawNode node)
    {
        if (json is not [(byte)'{', ..] || (Nodes.TryGetValue(key, out var known) && known.Length >= MostOfOneKey) || Interlocked.Increment(ref _added) > Most)
            return;
        var entry = (json.ToArray(), node);
        Nodes.AddOrUpdate(key, _ => [entry], (_, others) => [.. others, entry]);
    }
}
