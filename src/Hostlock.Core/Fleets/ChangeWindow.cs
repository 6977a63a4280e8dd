using System.Collections.Immutable;
using System.Globalization;

namespace Hostlock.Fleets;

/// <summary>
/// The hours in which machines may be changed, the same every week: <c>Sat,Sun 01:00-05:00</c>, or <c>22:00-04:00</c> for all days. The
/// hours are those of UTC, where each day has twenty-four. A window that goes past midnight belongs to the day on which it begins.
/// </summary>
/// <param name="Days">The days on which it begins, in the order of the week, each once.</param>
/// <param name="From">The time at which it begins.</param>
/// <param name="Until">The time at which it ends; another than <paramref name="From"/>.</param>
public sealed record ChangeWindow(ImmutableArray<DayOfWeek> Days, TimeOnly From, TimeOnly Until)
{
    const int DaysOfWeek = 7;

    static readonly string[] Names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

    /// <summary>Reads a window. Null for any other text.</summary>
    /// <param name="text">The text.</param>
    public static ChangeWindow? TryParse(string text)
    {
        var words = text.Split(' ');
        if (words.Length > 2 || words[^1].Split('-') is not [var from, var until]
            || Time(from) is not { } begin || Time(until) is not { } end || begin == end)
            return null;
        if (words.Length == 1)
            return new([.. Enum.GetValues<DayOfWeek>()], begin, end);
        var days = words[0].Split(',').Select(name => Array.IndexOf(Names, name)).ToList();
        return days.Contains(-1) ? null : new([.. days.Order().Distinct().Select(day => (DayOfWeek)day)], begin, end);

        static TimeOnly? Time(string word) =>
            TimeOnly.TryParseExact(word, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
    }

    /// <summary>The reason why a text is no window.</summary>
    /// <param name="text">The text, which <see cref="TryParse"/> does not read.</param>
    public static string WhyNot(string text)
    {
        var words = text.Split(' ');
        if (words.Length > 2)
            return "it is the days, one blank, and the hours";
        if (words[^1].Split('-') is not [var from, var until])
            return "the hours have a beginning and an end";
        foreach (var time in new[] { from, until })
        {
            if (!TimeOnly.TryParseExact(time, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
                return $"'{Visible.Value(time)}' is no time from 00:00 to 23:59";
        }
        return from == until
            ? "it begins and ends at the same time; leave the window out to allow all hours"
            : $"a day is one of {string.Join(", ", Names)}, with a comma between two";
    }

    /// <summary>The time at which the window that is open began; null if it is closed.</summary>
    /// <param name="now">The present time.</param>
    public DateTimeOffset? OpenSince(DateTimeOffset now) =>
        Starts(now, -1).Where(start => start <= now && now < start + Length).Select(start => (DateTimeOffset?)start).LastOrDefault();

    /// <summary>The time at which the window opens next, later than now.</summary>
    /// <param name="now">The present time.</param>
    public DateTimeOffset OpensAt(DateTimeOffset now) => Starts(now, 0).First(start => start > now);

    /// <summary>The window as it is read.</summary>
    public override string ToString()
    {
        var days = Days.Length == DaysOfWeek ? "" : $"{string.Join(',', Days.Select(day => Names[(int)day]))} ";
        return string.Create(CultureInfo.InvariantCulture, $"{days}{From:HH:mm}-{Until:HH:mm}");
    }

    TimeSpan Length => Until > From ? Until - From : TimeSpan.FromDays(1) - (From - Until);

    // The times at which it begins, from some days after today on, for a week and a day.
    IEnumerable<DateTimeOffset> Starts(DateTimeOffset now, int firstDay)
    {
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        return Enumerable.Range(firstDay, DaysOfWeek + 1 - firstDay).Select(day => today.AddDays(day))
            .Where(day => Days.Contains(day.DayOfWeek)).Select(day => day + From.ToTimeSpan());
    }
}
