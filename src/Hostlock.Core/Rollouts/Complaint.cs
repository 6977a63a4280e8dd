using System.Globalization;
using Hostlock.Platform;

namespace Hostlock.Rollouts;

/// <summary>Finds the complaint of a program that failed.</summary>
static class Complaint
{
    /// <summary>The last line of its errors, or its exit code if it said nothing.</summary>
    /// <param name="finished">The program that ended.</param>
    public static string Of(Finished finished) =>
        LastLine(finished.Errors) is { } line
            ? Visible.Name(line)
            : string.Create(CultureInfo.InvariantCulture, $"exit code {finished.ExitCode}");

    /// <summary>The last line of a text that is not empty; null if there is none.</summary>
    /// <param name="text">The text.</param>
    public static string? LastLine(string text) =>
        text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault();
}
