namespace Hostlock;

/// <summary>
/// A set of ASCII characters. To make one takes as long as to read its characters. The sets of the base library search long texts faster,
/// but take much longer to make, and a start makes a dozen sets to look at a few short words.
/// </summary>
readonly struct AsciiSet
{
    readonly ulong _low;
    readonly ulong _high;

    AsciiSet(ulong low, ulong high) => (_low, _high) = (low, high);

    /// <summary>The set of the characters of a text.</summary>
    /// <param name="characters">The characters, all of ASCII.</param>
    public static AsciiSet Of(string characters)
    {
        var (low, high) = (0UL, 0UL);
        foreach (var c in characters)
        {
            if (c < 64)
                low |= 1UL << c;
            else
                high |= 1UL << (c - 64);
        }
        return new(low, high);
    }

    /// <summary>True if a character is in the set.</summary>
    /// <param name="c">The character.</param>
    public bool Contains(char c) => c < 128 && ((c < 64 ? _low : _high) >> (c & 63) & 1) != 0;

    /// <summary>True if the set has all characters of a text.</summary>
    /// <param name="text">The text.</param>
    public bool ContainsAll(ReadOnlySpan<char> text) => PrefixLength(text) == text.Length;

    /// <summary>The number of characters at the start of a text that are in the set.</summary>
    /// <param name="text">The text.</param>
    public int PrefixLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && Contains(text[length]))
            length++;
        return length;
    }
}
