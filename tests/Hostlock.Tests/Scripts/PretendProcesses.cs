using System.Globalization;
using Hostlock.Platform;

namespace Hostlock.Tests.Scripts;

/// <summary>
/// Git for real, with a fixed clock and no settings of the machine; any other program is one that the script brings along under
/// <c>programs/</c>, or is not installed.
/// </summary>
/// <remarks>What git would fetch of ada at sourcehut or of acme at github is one of the script's <c>repositories/</c>.</remarks>
sealed class PretendProcesses(string programs) : IProcessRunner
{
    /// <summary>The variables under which git gives the same commits everywhere.</summary>
    public static readonly EnvironmentChanges FixedGit = EnvironmentChanges.None
        .Set("GIT_AUTHOR_NAME", "Ada").Set("GIT_AUTHOR_EMAIL", "ada@example.org").Set("GIT_AUTHOR_DATE", "2026-03-01T12:00:00Z")
        .Set("GIT_COMMITTER_NAME", "Ada").Set("GIT_COMMITTER_EMAIL", "ada@example.org").Set("GIT_COMMITTER_DATE", "2026-03-01T12:00:00Z")
        .Set("GIT_CONFIG_GLOBAL", "/dev/null").Set("GIT_CONFIG_NOSYSTEM", "1").Set("GIT_TERMINAL_PROMPT", "0")
        .Set("GIT_CONFIG_COUNT", "4")
        .Set("GIT_CONFIG_KEY_0", "init.defaultBranch").Set("GIT_CONFIG_VALUE_0", "main")
        .Set("GIT_CONFIG_KEY_1", "protocol.file.allow").Set("GIT_CONFIG_VALUE_1", "always");

    readonly string _repositories = $"url.file://{Path.GetDirectoryName(programs)}/repositories/.insteadOf";

    /// <summary>The message of the commits that a script begins with.</summary>
    public const string Beginning = "first";

    static readonly DateTime FirstCommit = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    readonly ProcessRunner _real = new();
    int _commits = 1;

    public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken) =>
        _real.RunAsync(Prepared(request), cancellationToken);

    public IRunningProcess Start(ProcessRequest request) => _real.Start(Prepared(request));

    ProcessRequest Prepared(ProcessRequest request)
    {
        var brought = Path.Combine(programs, Path.GetFileName(request.Program));
        // A program that is not there, not the one of the machine.
        var program = File.Exists(brought) || request.Program != "git" ? brought : request.Program;
        var environment = FixedGit
            .Set("GIT_CONFIG_KEY_2", _repositories).Set("GIT_CONFIG_VALUE_2", "https://git.sr.ht/~ada/")
            .Set("GIT_CONFIG_KEY_3", _repositories).Set("GIT_CONFIG_VALUE_3", "https://github.com/acme/")
            .Then(request.Environment);
        // Each commit is a day younger than the one before; those that a script begins with are all of the first day.
        if (request.Arguments.Contains("commit") && !request.Arguments.Contains(Beginning))
        {
            var date = FirstCommit.AddDays(_commits++).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
            environment = environment.Set("GIT_AUTHOR_DATE", date).Set("GIT_COMMITTER_DATE", date);
        }
        return request with { Program = program, Environment = environment };
    }
}
