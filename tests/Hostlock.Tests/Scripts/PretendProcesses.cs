using System.Collections.Immutable;
using System.Globalization;
using Hostlock.Platform;

namespace Hostlock.Tests.Scripts;

/// <summary>
/// Git for real, with a fixed clock and no settings of the machine; any other program is one that the script brings along under
/// <c>programs/</c>, or is not installed.
/// </summary>
sealed class PretendProcesses(string programs) : IProcessRunner
{
    /// <summary>The variables under which git gives the same commits everywhere.</summary>
    public static readonly ImmutableDictionary<string, string?> FixedGit = ImmutableDictionary<string, string?>.Empty
        .Add("GIT_AUTHOR_NAME", "Ada").Add("GIT_AUTHOR_EMAIL", "ada@example.org").Add("GIT_AUTHOR_DATE", "2026-03-01T12:00:00Z")
        .Add("GIT_COMMITTER_NAME", "Ada").Add("GIT_COMMITTER_EMAIL", "ada@example.org").Add("GIT_COMMITTER_DATE", "2026-03-01T12:00:00Z")
        .Add("GIT_CONFIG_GLOBAL", "/dev/null").Add("GIT_CONFIG_NOSYSTEM", "1").Add("GIT_TERMINAL_PROMPT", "0")
        .Add("GIT_CONFIG_COUNT", "2")
        .Add("GIT_CONFIG_KEY_0", "init.defaultBranch").Add("GIT_CONFIG_VALUE_0", "main")
        .Add("GIT_CONFIG_KEY_1", "protocol.file.allow").Add("GIT_CONFIG_VALUE_1", "always");

    static readonly DateTime FirstCommit = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    readonly ProcessRunner _real = new();
    int _commits;

    public Task<Finished> RunAsync(Invocation invocation, CancellationToken cancellationToken) =>
        _real.RunAsync(Prepared(invocation), cancellationToken);

    public IRunningProcess Start(Invocation invocation) => _real.Start(Prepared(invocation));

    Invocation Prepared(Invocation invocation)
    {
        var brought = Path.Combine(programs, Path.GetFileName(invocation.Program));
        // A program that is not there, not the one of the machine.
        var program = File.Exists(brought) || invocation.Program != "git" ? brought : invocation.Program;
        var variables = FixedGit.SetItems(invocation.Variables);
        // Each commit is a day younger than the one before.
        if (invocation.Arguments.Contains("commit"))
        {
            var date = FirstCommit.AddDays(_commits++).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
            variables = variables.SetItem("GIT_AUTHOR_DATE", date).SetItem("GIT_COMMITTER_DATE", date);
        }
        return invocation with { Program = program, Variables = variables };
    }
}
