using System.Globalization;

namespace Hostlock.Fleets;

/// <summary>Lengths of time as people write them: <c>90s</c>, <c>30m</c>, <c>36h</c>, <c>3d</c>, <c>2w</c>.</summary>
public static class Durations
{
    /// <summary>Reads a length of time.</summary>
    /// <exception cref="FleetException">The text is not a length of time.</exception>
    public static TimeSpan Parse(string text) => TryParse(text) ?? throw FleetException.NotADuration(text);

    /// <summary>Reads a length of time: a whole number and one unit, at most ten years. Null for any other text.</summary>
    public static TimeSpan? TryParse(string text)
    {
        if (text.Length is < 2 or > 10
            || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return null;
        long? seconds = text[^1] switch
        {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 24 * 3600,
            'w' => 7 * 24 * 3600,
            _ => null,
        };
        return number * seconds is { } total and <= 10L * 366 * 24 * 3600 ? TimeSpan.FromSeconds(total) : null;
    }
}
