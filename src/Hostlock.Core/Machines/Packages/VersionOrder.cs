namespace Hostlock.Machines.Packages;

/// <summary>
/// The order of versions of packages, as Nix compares them: number by number and word by word, where <c>pre</c> comes before anything.
/// </summary>
/// <remarks>Nix 2.34.8, libstore/names.cc, compareVersions, nextComponent and componentsLT.</remarks>
public sealed class VersionOrder : IComparer<string>
{
    /// <summary>The order.</summary>
    public static readonly VersionOrder Instance = new();

    VersionOrder()
    {
    }

    /// <summary>Compares two versions; 0 also for versions that are written in two ways, such as 1.0 and 1-0.</summary>
    public int Compare(string? x, string? y)
    {
        var left = x.AsSpan();
        var right = y.AsSpan();
        while (!left.IsEmpty || !right.IsEmpty)
        {
            var one = NextPart(ref left);
            var other = NextPart(ref right);
            if (IsBefore(one, other))
                return -1;
            if (IsBefore(other, one))
                return 1;
        }
        return 0;
    }

    static ReadOnlySpan<char> NextPart(ref ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart(".-");
        if (rest.IsEmpty)
            return rest;
        var isNumber = char.IsAsciiDigit(rest[0]);
        var length = 1;
        while (length < rest.Length && (isNumber ? char.IsAsciiDigit(rest[length]) : IsOfWord(rest[length])))
            length++;
        var part = rest[..length];
        rest = rest[length..];
        return part;
    }

    static bool IsOfWord(char c) => !char.IsAsciiDigit(c) && c is not ('.' or '-');

    static bool IsBefore(ReadOnlySpan<char> one, ReadOnlySpan<char> other)
    {
        var (isNumber, isOtherNumber) = (IsNumber(one), IsNumber(other));
        if (isNumber && isOtherNumber)
            return CompareNumbers(one, other) < 0;
        if (one.IsEmpty && isOtherNumber)
            return true;
        if (one.SequenceEqual("pre") && !other.SequenceEqual("pre"))
            return true;
        if (other.SequenceEqual("pre"))
            return false;
        // A word comes before a number: 2.3a before 2.3.1.
        if (isOtherNumber)
            return true;
        return !isNumber && one.SequenceCompareTo(other) < 0;
    }

    static bool IsNumber(ReadOnlySpan<char> part) => !part.IsEmpty && char.IsAsciiDigit(part[0]);

    // Numbers of any length: without zeros in front, the longer one is larger.
    static int CompareNumbers(ReadOnlySpan<char> one, ReadOnlySpan<char> other)
    {
        one = one.TrimStart('0');
        other = other.TrimStart('0');
        return one.Length != other.Length ? one.Length.CompareTo(other.Length) : one.SequenceCompareTo(other);
    }
}
