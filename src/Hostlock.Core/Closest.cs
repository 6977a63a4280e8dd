namespace Hostlock;

/// <summary>Finds the nearest name in a list, for "did you mean".</summary>
public static class Closest
{
    /// <summary>Makes the hint <c>did you mean 'x'?</c>; null if no other candidate is near enough to be a slip of the finger.</summary>
    /// <param name="name">The name that was typed.</param>
    /// <param name="candidates">The names that exist.</param>
    public static string? To(string name, IEnumerable<string> candidates) =>
        Find(name, candidates) is { } nearest ? $"did you mean '{nearest}'?" : null;

    /// <summary>The nearest other candidate; null if none is near enough to be a slip of the finger.</summary>
    /// <param name="name">The name that was typed.</param>
    /// <param name="candidates">The names that exist.</param>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        var bound = Math.Max(1, name.Length / 3);
        (string? Candidate, int Distance) best = (null, bound);
        foreach (var candidate in candidates)
        {
            if (candidate == name || Distance(name, candidate, bound) is var distance && distance > best.Distance)
                continue;
            // Two names that share no letter, such as two names of one letter, are not near each other.
            if (distance == Math.Max(name.Length, candidate.Length))
                continue;
            if (best.Candidate is null || distance < best.Distance || string.CompareOrdinal(candidate, best.Candidate) < 0)
                best = (candidate, distance);
        }
        return best.Candidate;
    }

    // Counts edits and swaps of neighbours (optimal string alignment). Beyond the bound the number does not matter.
    static int Distance(string a, string b, int bound)
    {
        if (Math.Abs(a.Length - b.Length) > bound)
            return int.MaxValue;
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }
        return d[a.Length, b.Length];
    }
}
