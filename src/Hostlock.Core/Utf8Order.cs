namespace Hostlock;

/// <summary>
/// The order of Nix's maps: by the bytes of the UTF-8 text. It differs from ordinal comparison of UTF-16 only if a
/// character outside the basic plane is compared with one from U+E000 up.
/// </summary>
public sealed class Utf8Order : IComparer<string>
{
    /// <summary>The order; it has no state, so there is one.</summary>
    public static readonly Utf8Order Instance = new();

    Utf8Order()
    {
    }

    /// <summary>Compares two texts; null comes before every text.</summary>
    /// <param name="x">The one.</param>
    /// <param name="y">The other.</param>
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
            return string.CompareOrdinal(x, y);
        var shared = Math.Min(x.Length, y.Length);
        var at = x.AsSpan(0, shared).CommonPrefixLength(y.AsSpan(0, shared));
        if (at == shared)
            return x.Length.CompareTo(y.Length);
        // A surrogate stands for a code point above every other unit.
        var (a, b) = (char.IsSurrogate(x[at]), char.IsSurrogate(y[at]));
        return a == b ? x[at].CompareTo(y[at]) : a ? 1 : -1;
    }
}
