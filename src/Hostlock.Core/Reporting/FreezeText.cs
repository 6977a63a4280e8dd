using System.Globalization;
using Hostlock.Fleets;

namespace Hostlock.Reporting;

/// <summary>Renders what <c>freeze</c> and <c>unfreeze</c> did.</summary>
public static class FreezeText
{
    /// <summary>A line for the input.</summary>
    /// <param name="owner">The host.</param>
    /// <param name="input">The input.</param>
    /// <param name="freeze">Its freeze; null if it is frozen no longer.</param>
    /// <param name="isWritten">True if hostlock.toml was written.</param>
    public static string Render(LockOwner owner, string input, Freeze? freeze, bool isWritten)
    {
        var state = freeze switch
        {
            null => "no longer frozen",
            { Until: { } day } => string.Create(CultureInfo.InvariantCulture, $"frozen until {day:yyyy-MM-dd}"),
            _ => "frozen",
        };
        return $"{owner}  {Visible.Name(input)}  {state}{(isWritten ? "" : " (not written: --dry-run)")}\n";
    }
}
