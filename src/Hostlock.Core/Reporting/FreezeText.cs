using System.Globalization;
using Hostlock.Fleets;

namespace Hostlock.Reporting;

/// <summary>Renders what <c>freeze</c>, <c>unfreeze</c>, <c>hold</c> and <c>unhold</c> did.</summary>
public static class FreezeText
{
    /// <summary>A line for the input.</summary>
    /// <param name="host">The host.</param>
    /// <param name="input">The input.</param>
    /// <param name="freeze">Its freeze; null if it is frozen no longer.</param>
    /// <param name="isWritten">True if hostlock.toml was written.</param>
    public static string Render(HostName host, string input, Freeze? freeze, bool isWritten) =>
        $"{host}  {Visible.Name(input)}  {State(freeze, "frozen", isWritten)}\n";

    /// <summary>A line for a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="hold">Its hold; null if it is held no longer.</param>
    /// <param name="isWritten">True if hostlock.toml was written.</param>
    public static string Render(HostName host, Freeze? hold, bool isWritten) => $"{host}  {State(hold, "held", isWritten)}\n";

    static string State(Freeze? freeze, string word, bool isWritten)
    {
        var state = freeze switch
        {
            null => $"no longer {word}",
            { Until: { } day } => string.Create(CultureInfo.InvariantCulture, $"{word} until {day:yyyy-MM-dd}"),
            _ => word,
        };
        return $"{state}{(isWritten ? "" : " (not written: --dry-run)")}";
    }
}
