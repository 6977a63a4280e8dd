namespace Hostlock.Tests.Support;

/// <summary>The program of Prometheus that judges what it reads.</summary>
static class Promtool
{
    /// <summary>The path of promtool; null if this machine does not have it.</summary>
    public static string? Place { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => Path.Combine(folder, "promtool")).FirstOrDefault(File.Exists);

    /// <summary>The complaints of promtool; none if all is well, or if this machine does not have it.</summary>
    /// <param name="text">The text.</param>
    public static string Complaint(string text)
    {
        if (Place is null)
            return "";
        var ended = Run.ProgramOn(text, Place, Path.GetTempPath(), new Dictionary<string, string>(), "check", "metrics");
        return ended.ExitCode == 0 ? "" : ended.Output + ended.Errors;
    }
}
