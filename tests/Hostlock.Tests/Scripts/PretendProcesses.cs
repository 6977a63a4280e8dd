using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Scripts;

/// <summary>
/// Git for real, with a fixed clock and no settings of the machine; any other program is one that the script brings along under
/// <c>programs/</c>, or is not installed.
/// </summary>
/// <remarks>What git would fetch of ada at sourcehut or of acme at github is one of the script's <c>repositories/</c>.</remarks>
sealed class PretendProcesses(string programs) : IProcessRunner
{
    /// <summary>The variables under which git gives the same commits everywhere.</summary>
    static readonly EnvironmentChanges FixedGit = ByAuthor(Script.Now)
        .Set("GIT_CONFIG_COUNT", "5")
        .Set("GIT_CONFIG_KEY_0", "init.defaultBranch").Set("GIT_CONFIG_VALUE_0", "main")
        .Set("GIT_CONFIG_KEY_1", "protocol.file.allow").Set("GIT_CONFIG_VALUE_1", "always")
        // git starts no other git to look whether there is something to tidy.
        .Set("GIT_CONFIG_KEY_4", "maintenance.auto").Set("GIT_CONFIG_VALUE_4", "false");

    readonly string _repositories = $"url.file://{Path.GetDirectoryName(programs)}/repositories/.insteadOf";

    /// <summary>Who writes all commits of a script.</summary>
    public const string Author = "Ada";

    /// <summary>The message of the commits that a script begins with.</summary>
    public const string Beginning = "first";

    readonly PatientProcesses _real = new();
    int _commits = 1;

    public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken) =>
        _real.RunAsync(Prepared(request), cancellationToken);

    public IRunningProcess Start(ProcessRequest request) => _real.Start(Prepared(request));

    ProcessRequest Prepared(ProcessRequest request)
    {
        var brought = Path.Combine(programs, Path.GetFileName(request.Program));
        // Any program but git and sh is the one that the script brings, or does not exist; it is never the one of the machine. sh runs the
        // lines that are printed for a shell.
        var program = File.Exists(brought) || request.Program is not ("git" or "sh") ? brought : request.Program;
        var environment = FixedGit
            .Set("GIT_CONFIG_KEY_2", _repositories).Set("GIT_CONFIG_VALUE_2", "https://git.sr.ht/~ada/")
            .Set("GIT_CONFIG_KEY_3", _repositories).Set("GIT_CONFIG_VALUE_3", "https://github.com/acme/")
            .Then(request.Environment);
        // Each commit is a day younger than the one before; those that a script begins with are all of the first day.
        if (request.Arguments.Contains("commit") && !request.Arguments.Contains(Beginning))
            environment = environment.Then(ByAuthor(Script.Now.AddDays(_commits++)));
        return request with { Program = program, Environment = environment };
    }

    static EnvironmentChanges ByAuthor(DateTimeOffset time) =>
        TestGit.By(Author, time).Aggregate(EnvironmentChanges.None, (changes, variable) => changes.Set(variable.Key, variable.Value));
}
