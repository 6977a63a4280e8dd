using System.Globalization;

namespace Hostlock.Reporting;

/// <summary>Says amounts of time and of bytes in a few letters.</summary>
static class Amounts
{
    static readonly string[] Units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>The age of something: <c>now</c>, or <see cref="Span"/>.</summary>
    /// <param name="seconds">Seconds.</param>
    public static string Age(ulong seconds) => seconds < 60 ? "now" : Span(seconds);

    /// <summary>The time of something: <c>just now</c>, <c>7d ago</c>.</summary>
    /// <param name="seconds">Seconds.</param>
    public static string Ago(ulong seconds) => seconds < 60 ? "just now" : $"{Span(seconds)} ago";

    /// <summary>A length of time, rounded down: <c>30s</c>, <c>90min</c>, <c>7d</c>.</summary>
    /// <param name="seconds">Seconds.</param>
    public static string Span(ulong seconds) => seconds switch
    {
        < 60 => $"{seconds}s",
        < 2 * 3600 => $"{seconds / 60}min",
        < 2 * 86400 => $"{seconds / 3600}h",
        < 90 * 86400 => $"{seconds / 86400}d",
        < 2 * 365 * 86400UL => $"{seconds / (30 * 86400)}mo",
        _ => $"{seconds / (365 * 86400UL)}y",
    };

    /// <summary>A size: <c>512 B</c>, <c>1.2 MiB</c>.</summary>
    /// <param name="bytes">Bytes, not below zero.</param>
    public static string Size(long bytes)
    {
        if (bytes < 1024)
            return string.Create(CultureInfo.InvariantCulture, $"{bytes} B");
        var (amount, unit) = (bytes / 1024.0, 0);
        // A number that would be shown as 1024.0 is one of the next unit.
        for (; amount >= 1023.95; unit++)
            amount /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{amount:0.0} {Units[unit]}");
    }

    /// <summary>A change of a size, with its sign: <c>+1.2 MiB</c>.</summary>
    /// <param name="bytes">Bytes.</param>
    public static string Change(long bytes) => $"{(bytes < 0 ? '-' : '+')}{Size(Math.Abs(bytes))}";
}
