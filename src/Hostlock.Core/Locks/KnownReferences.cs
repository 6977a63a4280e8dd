using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>
/// A cache of references by their JSON. Locks of one fleet are nearly identical, so a reference whose bytes were seen before is reused and
/// exists once.
/// </summary>
sealed class KnownReferences
{
    // More than any fleet has; beyond it nothing is remembered.
    const int Most = 100_000;

    readonly ConcurrentDictionary<byte[], FlakeRef> _references = new(new ByBytes());
    int _added;

    /// <summary>Finds the reference that a JSON object says; null if it is not known.</summary>
    public bool TryGet(ReadOnlySpan<byte> json, [NotNullWhen(true)] out FlakeRef? reference) =>
        _references.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(json, out reference);

    /// <summary>Remembers a reference.</summary>
    public void Add(ReadOnlySpan<byte> json, FlakeRef reference)
    {
        // The dictionary takes all its locks to count itself, and the bound need not be exact.
        if (Interlocked.Increment(ref _added) <= Most)
            _references.TryAdd(json.ToArray(), reference);
    }
}
