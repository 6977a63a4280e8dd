namespace Hostlock.Platform.Programs;

/// <summary>
/// The one door to a shell: for a line that the user wrote as a command, never for one that is put together from other text.
/// </summary>
public static class UserShell
{
    /// <summary>Runs a line of the user's. What it says on its standard error comes with its output, in the order said.</summary>
    /// <param name="line">The line, as the user wrote it.</param>
    public static ProcessRequest Command(string line) => ProcessRequest.Of("sh", "-c", $"exec 2>&1\n{line}");
}
