using Hostlock.Flakes;
using Hostlock.Fleets;

namespace Hostlock.Audits;

/// <summary>The time that an audit is about.</summary>
/// <param name="From">Its beginning.</param>
/// <param name="To">Its end, which is no part of it.</param>
public sealed record AuditSpan(DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>All time.</summary>
    public static AuditSpan Always { get; } = new(DateTimeOffset.MinValue, DateTimeOffset.MaxValue);

    /// <summary>One day, in UTC; null if the text is no day.</summary>
    /// <param name="day">The day, such as <c>2026-11-29</c>.</param>
    public static AuditSpan? TryOn(string day) =>
        Moment.TryParseDay(day) is { } found
            ? new(StartOf(found), found == DateOnly.MaxValue ? DateTimeOffset.MaxValue : StartOf(found.AddDays(1)))
            : null;

    /// <summary>The time from a day on, in UTC, or from so long ago on; null if the text is neither.</summary>
    /// <param name="text">The day, or the time, such as <c>30d</c>.</param>
    /// <param name="now">The present time.</param>
    public static AuditSpan? TrySince(string text, DateTimeOffset now) =>
        Moment.TryParseDay(text) is { } day ? Always with { From = StartOf(day) }
        : Durations.TryParse(text) is { } time && time < now - DateTimeOffset.UnixEpoch ? Always with { From = now - time }
        : null;

    static DateTimeOffset StartOf(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}
