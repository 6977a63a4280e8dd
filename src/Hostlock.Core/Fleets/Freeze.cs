using System.Globalization;

namespace Hostlock.Fleets;

/// <summary>Why an input of a host must not move, and until when.</summary>
/// <param name="Reason">In the user's words.</param>
/// <param name="Until">The last day it holds, or null for ever.</param>
public sealed record Freeze(string Reason, DateOnly? Until)
{
    /// <summary>The reason of a freeze that has none.</summary>
    public const string NoReason = "no reason given";

    /// <summary>Reads the last day of a freeze that is made today.</summary>
    /// <exception cref="FleetException">The text is no day, or a day that is past.</exception>
    public static DateOnly ParseDay(string text, DateOnly today) =>
        !DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? throw FleetException.NotADay(text)
        : day < today ? throw FleetException.DayIsPast(text)
        : day;

    /// <summary>The reason and the last day, in words.</summary>
    public override string ToString() => Until is { } until ? string.Create(CultureInfo.InvariantCulture, $"{Reason}, until {until:yyyy-MM-dd}") : Reason;
}

/// <summary>What holds for an input on all hosts.</summary>
/// <param name="IsShared">It is equal in every lock.</param>
/// <param name="MinimumAge">How old a revision must be to be locked, or null.</param>
/// <param name="MaximumAge">How old what is locked may become before <c>check</c> says so, or null.</param>
public sealed record InputPolicy(bool IsShared, TimeSpan? MinimumAge, TimeSpan? MaximumAge);
