namespace Hostlock.Platform.Programs;

/// <summary>
/// Builds all requests for a shell. They are only for a line that the user wrote as a command, never for one that is made of other text.
/// </summary>
public static class UserShell
{
    /// <summary>Builds a request that runs a line of the user. Its standard error is mixed into its output, in the order written.</summary>
    /// <param name="line">The line, as the user wrote it.</param>
    public static ProcessRequest Command(string line) => ProcessRequest.Of("sh", "-c", $"exec 2>&1\n{line}");
}
