using System.Globalization;

namespace Hostlock.Flakes;

/// <summary>
/// A time as locks, commits and archives state it: whole seconds since the epoch. A lock may state any 64-bit number, also one that is no
/// date any more.
/// </summary>
/// <param name="Seconds">Seconds since the epoch, 1970-01-01 in UTC.</param>
public readonly record struct Moment(ulong Seconds) : IComparable<Moment>
{
    /// <summary>The last second of the year 9999. No date is later.</summary>
    public static readonly Moment LastDated = new(253402300799);

    const string DayForm = "yyyy-MM-dd";

    /// <summary>Reads a day, <c>2026-03-01</c>; null if the text is not a day.</summary>
    /// <param name="text">The text, as a person writes it.</param>
    public static DateOnly? TryParseDay(string text) =>
        DateOnly.TryParseExact(text, DayForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    /// <summary>The moment of a date; a date before the epoch becomes the epoch.</summary>
    public static Moment Of(DateTimeOffset date) => new((ulong)Math.Max(0, date.ToUnixTimeSeconds()));

    /// <summary>The moment of a signed count of seconds, as file systems and archives have it; null if it is not above zero.</summary>
    public static Moment? OfPositive(long seconds) => seconds > 0 ? new((ulong)seconds) : null;

    /// <summary>Reads seconds since the epoch from their decimal digits; null if the text is anything else.</summary>
    /// <param name="digits">The text, as git and our own files have it.</param>
    public static Moment? TryParse(string digits) =>
        ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? new(seconds) : null;

    /// <summary>The date in UTC; the last possible date if the moment is later.</summary>
    public DateTimeOffset Date => DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(Seconds, LastDated.Seconds));

    /// <summary>The number of seconds between an earlier moment and this one; 0 if the other is not earlier.</summary>
    public ulong SecondsSince(Moment earlier) => Seconds > earlier.Seconds ? Seconds - earlier.Seconds : 0;

    /// <summary>Compares the two in time.</summary>
    public int CompareTo(Moment other) => Seconds.CompareTo(other.Seconds);

    /// <summary>Returns true if the left moment is earlier.</summary>
    public static bool operator <(Moment left, Moment right) => left.Seconds < right.Seconds;

    /// <summary>Returns true if the left moment is later.</summary>
    public static bool operator >(Moment left, Moment right) => left.Seconds > right.Seconds;

    /// <summary>Returns true if the left moment is earlier, or the same.</summary>
    public static bool operator <=(Moment left, Moment right) => left.Seconds <= right.Seconds;

    /// <summary>Returns true if the left moment is later, or the same.</summary>
    public static bool operator >=(Moment left, Moment right) => left.Seconds >= right.Seconds;

    /// <summary>The day in UTC, <c>2026-03-01</c>; the number of seconds if there is no such date.</summary>
    public override string ToString() =>
        this <= LastDated ? Date.ToString(DayForm, CultureInfo.InvariantCulture) : Seconds.ToString(CultureInfo.InvariantCulture);
}
