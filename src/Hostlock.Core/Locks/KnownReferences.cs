using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>
/// References by the bytes they had in a lock file. The locks of a fleet say mostly the same: what was read once is not made again, and exists once.
/// </summary>
static class KnownReferences
{
    // What is more than any fleet has; beyond it nothing is remembered.
    const int Most = 100_000;

    static readonly ConcurrentDictionary<byte[], FlakeRef> References = new(new ByBytes());

    public static bool TryGet(ReadOnlySpan<byte> json, [NotNullWhen(true)] out FlakeRef? reference) =>
        References.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(json, out reference);

    public static void Add(ReadOnlySpan<byte> json, FlakeRef reference)
    {
        // Counting takes all its locks, and the bound need not be exact.
        if (Interlocked.Increment(ref _added) <= Most)
            References.TryAdd(json.ToArray(), reference);
    }

    static int _added;

    sealed class ByBytes : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? one, byte[]? other) => one.AsSpan().SequenceEqual(other);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(byte[] bytes) => GetHashCode(bytes.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> bytes)
        {
            var hash = new HashCode();
            hash.AddBytes(bytes);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
