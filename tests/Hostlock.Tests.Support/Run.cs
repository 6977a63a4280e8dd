using System.Diagnostics;

namespace Hostlock.Tests.Support;

/// <summary>How a program ended.</summary>
sealed record Ended(int ExitCode, string Output, string Errors)
{
    /// <summary>The output of a program that had to succeed.</summary>
    public string Succeeded => ExitCode == 0 ? Output : throw new InvalidOperationException($"exit {ExitCode}\n{Output}{Errors}");
}

/// <summary>Runs programs for tests: in a folder, with the variables given and no settings of whoever runs the tests.</summary>
static class Run
{
    static readonly string[] Dropped = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "NIX_PATH", "NIX_PROFILES", "NIX_USER_CONF_FILES", "NIX_CONF_DIR", "HOSTLOCK_FLAKE"];

    public static Ended Program(string program, string folder, IReadOnlyDictionary<string, string> variables, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var name in Dropped)
            start.Environment.Remove(name);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output, errors.Result);
    }
}

/// <summary>git with fixed people, fixed dates and no settings of the machine's.</summary>
static class TestGit
{
    public static readonly Dictionary<string, string> Variables = new()
    {
        ["GIT_CONFIG_NOSYSTEM"] = "1",
        ["GIT_CONFIG_GLOBAL"] = "/dev/null",
        ["GIT_AUTHOR_NAME"] = "somebody",
        ["GIT_AUTHOR_EMAIL"] = "somebody@example.org",
        ["GIT_COMMITTER_NAME"] = "somebody",
        ["GIT_COMMITTER_EMAIL"] = "somebody@example.org",
        ["GIT_AUTHOR_DATE"] = "2020-01-01T00:00:00Z",
        ["GIT_COMMITTER_DATE"] = "2020-01-01T00:00:00Z",
    };

    public static string In(string folder, params IEnumerable<string> arguments) => Run.Program("git", folder, Variables, arguments).Succeeded;

    /// <summary>Makes a folder a repository, if it is none, and commits all that is in it.</summary>
    /// <param name="folder">The work tree.</param>
    /// <param name="day">The day of the commit, counted from 2020-01-01.</param>
    public static void Commit(string folder, int day)
    {
        if (!Directory.Exists(Path.Combine(folder, ".git")))
            In(folder, "init", "-q", "-b", "main");
        In(folder, "add", "-A");
        var date = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(day).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
        var variables = new Dictionary<string, string>(Variables) { ["GIT_AUTHOR_DATE"] = date, ["GIT_COMMITTER_DATE"] = date };
        _ = Run.Program("git", folder, variables, "commit", "-q", "--allow-empty", "-m", $"day {day}").Succeeded;
    }
}
