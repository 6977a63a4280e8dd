using System.Collections.Immutable;

namespace Hostlock.Fleets.Bisecting;

/// <summary>The result of a try.</summary>
public enum Verdict
{
    /// <summary>The host works.</summary>
    Good,

    /// <summary>The host is broken.</summary>
    Bad,

    /// <summary>The try could not tell.</summary>
    Skipped,
}

/// <summary>
/// Finds a smallest set of changes that turns good into bad, by halving. If changes break only together, the set has several.
/// </summary>
/// <remarks>
/// Zeller, Hildebrandt: Simplifying and Isolating Failure-Inducing Input, algorithm ddmin; one culprit among n takes at most two tries for
/// each halving.
/// </remarks>
public static class DeltaDebugging
{
    /// <summary>Finds the set.</summary>
    /// <param name="changes">The changes. All of them together are bad; without any, the result is good.</param>
    /// <param name="tryAsync">Tries some of the changes on the good state.</param>
    public static async Task<ImmutableArray<T>> FindAsync<T>(IReadOnlyList<T> changes, Func<IReadOnlyList<T>, Task<Verdict>> tryAsync)
    {
        var left = changes.ToList();
        var parts = 2;
        while (left.Count > 1)
        {
            var size = (left.Count + parts - 1) / parts;
            var pieces = left.Chunk(size).Select(piece => piece.ToList()).ToList();
            var found = false;
            foreach (var piece in pieces)
            {
                if (await tryAsync(piece) == Verdict.Bad)
                {
                    (left, parts, found) = (piece, 2, true);
                    break;
                }
                // If one of two halves is good, the other is bad or both are needed, so one try decides for both.
                if (pieces.Count == 2 && await tryAsync(pieces[1]) == Verdict.Bad)
                {
                    (left, parts, found) = (pieces[1], 2, true);
                    break;
                }
                if (pieces.Count == 2)
                    break;
                var others = left.Except(piece).ToList();
                if (await tryAsync(others) == Verdict.Bad)
                {
                    (left, parts, found) = (others, Math.Max(parts - 1, 2), true);
                    break;
                }
            }
            if (found)
                continue;
            if (parts >= left.Count)
                break;
            parts = Math.Min(parts * 2, left.Count);
        }
        return [.. left];
    }
}
