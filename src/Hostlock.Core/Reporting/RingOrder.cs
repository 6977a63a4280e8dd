using System.Collections.Immutable;
using Hostlock.Fleets;

namespace Hostlock.Reporting;

/// <summary>The order in which rings are listed: a ring after the one that it comes after.</summary>
static class RingOrder
{
    /// <summary>The place of each ring in the order, by name.</summary>
    /// <param name="rings">The rings of hostlock.toml.</param>
    public static IReadOnlyDictionary<string, int> Of(ImmutableArray<Ring> rings)
    {
        var known = rings.ToDictionary(ring => ring.Name);
        return rings.OrderBy(Depth).ThenBy(ring => ring.Name, Utf8Order.Instance)
            .Select((ring, at) => (ring.Name, at))
            .ToDictionary(ring => ring.Name, ring => ring.at);

        int Depth(Ring ring)
        {
            var depth = 0;
            for (var at = ring; at.After is { } before && known.TryGetValue(before, out at!) && depth <= rings.Length; depth++)
            {
            }
            return depth;
        }
    }
}
