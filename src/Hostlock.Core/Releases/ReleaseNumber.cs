using System.Globalization;

namespace Hostlock.Releases;

/// <summary>
/// The number of a release, from 1. A machine takes a release only if its number is above the highest that it ever accepted. A number is
/// the end of the name of a file and of a link, so it has one spelling.
/// </summary>
public readonly record struct ReleaseNumber : IComparable<ReleaseNumber>
{
    /// <summary>The highest number: every reader of JSON keeps it exactly.</summary>
    public const long Most = (1L << 53) - 1;

    readonly long _before;

    ReleaseNumber(long value) => _before = value - 1;

    /// <summary>The number of the first release.</summary>
    public static ReleaseNumber First => default;

    /// <summary>The number, from 1.</summary>
    public long Value => _before + 1;

    /// <summary>The number of the release after this one.</summary>
    /// <exception cref="ReleaseException">This is the highest number.</exception>
    public ReleaseNumber Next => TryOf(Value + 1) ?? throw ReleaseException.NoNumberLeft();

    /// <summary>Makes a number of a value; null if the value is below 1 or above <see cref="Most"/>.</summary>
    /// <param name="value">The value.</param>
    public static ReleaseNumber? TryOf(long value) => value is >= 1 and <= Most ? new(value) : null;

    /// <summary>Reads a number from its decimal digits, without zeros in front; null for any other text.</summary>
    /// <param name="digits">The text.</param>
    public static ReleaseNumber? TryParse(string digits) =>
        digits is ['1' or '2' or '3' or '4' or '5' or '6' or '7' or '8' or '9', ..]
        && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? TryOf(value)
            : null;

    /// <summary>Compares the two.</summary>
    /// <param name="other">The other number.</param>
    public int CompareTo(ReleaseNumber other) => _before.CompareTo(other._before);

    /// <summary>Returns true if the left number is lower.</summary>
    public static bool operator <(ReleaseNumber left, ReleaseNumber right) => left._before < right._before;

    /// <summary>Returns true if the left number is higher.</summary>
    public static bool operator >(ReleaseNumber left, ReleaseNumber right) => left._before > right._before;

    /// <summary>Returns true if the left number is lower, or both are the same.</summary>
    public static bool operator <=(ReleaseNumber left, ReleaseNumber right) => left._before <= right._before;

    /// <summary>Returns true if the left number is higher, or both are the same.</summary>
    public static bool operator >=(ReleaseNumber left, ReleaseNumber right) => left._before >= right._before;

    /// <summary>The decimal digits.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
