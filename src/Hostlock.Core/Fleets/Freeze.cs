using System.Globalization;
using Hostlock.Flakes;

namespace Hostlock.Fleets;

/// <summary>A freeze: an input of a host must not move, or the machine of a held host must not be changed, for a reason, until a
/// day.</summary>
/// <param name="Reason">The reason, in the user's words.</param>
/// <param name="Until">The last day of the freeze; null if it has no end.</param>
public sealed record Freeze(string Reason, DateOnly? Until)
{
    /// <summary>The text for a freeze without a reason.</summary>
    public const string NoReason = "no reason given";

    /// <summary>Reads the last day of a freeze, for a freeze that begins today.</summary>
    /// <exception cref="FleetException">The text is not a day, or the day is past.</exception>
    public static DateOnly ParseDay(string text, DateOnly today) =>
        Moment.TryParseDay(text) is not { } day ? throw FleetException.NotADay(text)
        : day < today ? throw FleetException.DayIsPast(text)
        : day;

    /// <summary>True if its last day is past.</summary>
    /// <param name="today">The present day.</param>
    public bool IsOver(DateOnly today) => Until < today;

    /// <summary>The reason and the last day, in words.</summary>
    public override string ToString() =>
        Until is { } until ? string.Create(CultureInfo.InvariantCulture, $"{Reason}, until {until:yyyy-MM-dd}") : Reason;
}

/// <summary>The policy for an input, which holds in all locks.</summary>
/// <param name="IsShared">True if the input must be equal in every lock.</param>
/// <param name="MinimumAge">The age that a revision must have to be locked; null if any revision may be.</param>
/// <param name="MaximumAge">The age from which <c>check</c> reports a locked revision; null for none.</param>
public sealed record InputPolicy(bool IsShared, TimeSpan? MinimumAge, TimeSpan? MaximumAge);
