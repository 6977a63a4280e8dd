using System.Collections.Immutable;
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
    public static readonly ImmutableDictionary<string, string?> FixedGit = ImmutableDictionary<string, string?>.Empty
        .Add("GIT_AUTHOR_NAME", "Ada").Add("GIT_AUTHOR_EMAIL", "ada@example.org").Add("GIT_AUTHOR_DATE", "2026-03-01T12:00:00Z")
        .Add("GIT_COMMITTER_NAME", "Ada").Add("GIT_COMMITTER_EMAIL", "ada@example.org").Add("GIT_COMMITTER_DATE", "2026-03-01T12:00:00Z")
        .Add("GIT_CONFIG_GLOBAL", "/dev/null").Add("GIT_CONFIG_NOSYSTEM", "1").Add("GIT_TERMINAL_PROMPT", "0")
        .Add("GIT_CONFIG_COUNT", "4")
        .Add("GIT_CONFIG_KEY_0", "init.defaultBranch").Add("GIT_CONFIG_VALUE_0", "main")
        .Add("GIT_CONFIG_KEY_1", "protocol.file.allow").Add("GIT_CONFIG_VALUE_1", "always");

    readonly string _repositories = $"url.file://{Path.GetDirectoryName(programs)}/repositories/.insteadOf";

    /// <summary>The message of the commits that a script begins with.</summary>
    public const string Beginning = "first";

    static readonly DateTime FirstCommit = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    readonly ProcessRunner _real = new();
    int _commits = 1;

    public Task<Finished> RunAsync(Invocation invocation, CancellationToken cancellationToken) =>
        _real.RunAsync(Prepared(invocation), cancellationToken);

    public IRunningProcess Start(Invocation invocation) => _real.Start(Prepared(invocation));

    Invocation Prepared(Invocation invocation)
    {
        var brought = Path.Combine(programs, Path.GetFileName(invocation.Program));
        // A program that is not there, not the one of the machine.
        var program = File.Exists(brought) || invocation.Program != "git" ? brought : invocation.Program;
        var variables = FixedGit
            .Add("GIT_CONFIG_KEY_2", _repositories).Add("GIT_CONFIG_VALUE_2", "https://git.sr.ht/~ada/")
            .Add("GIT_CONFIG_KEY_3", _repositories).Add("GIT_CONFIG_VALUE_3", "https://github.com/acme/")
            .SetItems(invocation.Variables);
        // Each commit is a day younger than the one before; those that a script begins with are all of the first day.
        if (invocation.Arguments.Contains("commit") && !invocation.Arguments.Contains(Beginning))
        {
            var date = FirstCommit.AddDays(_commits++).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
            variables = variables.SetItem("GIT_AUTHOR_DATE", date).SetItem("GIT_COMMITTER_DATE", date);
        }
        return invocation with { Program = program, Variables = variables };
    }
}
