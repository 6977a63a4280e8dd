namespace Hostlock.Fleets;

/// <summary>Finds names that are one name on a disk that ignores the case of letters, as that of a Mac does.</summary>
static class CaseTwins
{
    /// <summary>The pairs of names that differ by case alone, in the order of their second names.</summary>
    /// <param name="names">The names; equal ones count as one.</param>
    public static IEnumerable<(string First, string Second)> Of(IEnumerable<string> names)
    {
        var known = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            if (!known.TryAdd(name, name))
                yield return (known[name], name);
        }
    }
}
