using System.Collections.Immutable;

namespace Hostlock.Fleets.Bisecting;

/// <summary>How a try came out.</summary>
public enum Verdict
{
    /// <summary>All is well.</summary>
    Good,

    /// <summary>It shows what is looked for.</summary>
    Bad,

    /// <summary>Nothing can be told of it.</summary>
    Skipped,
}

/// <summary>
/// Finds a smallest set of changes that turns good into bad, by halving. Changes may break only together; then the set has more than one.
/// </summary>
/// <remarks>Zeller, Hildebrandt: Simplifying and Isolating Failure-Inducing Input, algorithm ddmin; one culprit among n takes at most two tries for each halving.</remarks>
public static class DeltaDebugging
{
    /// <summary>Looks for the culprits.</summary>
    /// <param name="changes">All changes together are bad, and none of them is good.</param>
    /// <param name="tryAsync">Tries some of the changes on what is good.</param>
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
                // Of two halves, where one is well the other is not or both are needed: one try tells for both.
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
