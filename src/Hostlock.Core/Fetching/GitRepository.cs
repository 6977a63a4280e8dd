using System.Globalization;
using Hostlock.Platform;

namespace Hostlock.Fetching;

/// <summary>One git repository on this machine, spoken to through the git program, and never changed but for a cache of ours.</summary>
/// <param name="processes">The seam to programs.</param>
/// <param name="folder">The repository: a work tree, or a bare one.</param>
/// <param name="url">What the user calls it, for messages.</param>
sealed class GitRepository(IProcessRunner processes, string folder, string url)
{
    // Nothing is written into a repository of the user's, not even a refreshed index; no hook and no monitor of theirs is run for
    // a question, and nobody is there to answer one.
    static readonly string[] Quietly =
        ["--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", "-c", "safe.directory=*"];

    public string Folder => folder;

    public string Url => url;

    public Invocation Command(params IEnumerable<string> arguments) =>
        Invocation.Of("git", [.. Quietly, "-C", folder, .. arguments]) with { Variables = Git.Environment };

    public Task<Finished> RunAsync(CancellationToken cancellationToken, params IEnumerable<string> arguments) =>
        processes.RunAsync(Command(arguments), cancellationToken);

    public IRunningProcess Start(params IEnumerable<string> arguments) => processes.Start(Command(arguments));

    /// <summary>Runs a command that has to succeed; its output.</summary>
    public async Task<string> AskAsync(string what, CancellationToken cancellationToken, params IEnumerable<string> arguments)
    {
        var finished = await RunAsync(cancellationToken, arguments);
        return finished.Succeeded ? finished.Output : throw FetchException.GitFailed(url, what, finished.Errors.Trim());
    }

    /// <summary>The commit a name stands for, tags peeled; null where the repository does not know it.</summary>
    public async Task<string?> CommitAsync(string name, CancellationToken cancellationToken)
    {
        var finished = await RunAsync(cancellationToken, "rev-parse", "--quiet", "--verify", "--end-of-options", $"{name}^{{commit}}");
        return finished.Succeeded ? finished.Output.Trim() : null;
    }

    /// <summary>What HEAD points to, <c>refs/heads/main</c>; null where it is detached.</summary>
    public async Task<string?> HeadAsync(CancellationToken cancellationToken)
    {
        var finished = await RunAsync(cancellationToken, "symbolic-ref", "--quiet", "HEAD");
        return finished.Succeeded ? finished.Output.Trim() : null;
    }

    /// <summary>The committer's time of a commit, seconds since the epoch.</summary>
    public async Task<ulong> TimeAsync(string commit, CancellationToken cancellationToken) =>
        ulong.Parse(await AskAsync("read", cancellationToken, "log", "-1", "--format=%ct", "--no-show-signature", commit, "--"), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);

    /// <summary>The number of commits reachable from one, all parents counted.</summary>
    public async Task<ulong> CountAsync(string commit, CancellationToken cancellationToken) =>
        ulong.Parse(await AskAsync("count the commits of", cancellationToken, "rev-list", "--count", commit, "--"), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);

    public bool IsShallow => File.Exists(Path.Combine(folder, "shallow")) || File.Exists(Path.Combine(folder, ".git", "shallow"));
}

/// <summary>What all runs of git have in common.</summary>
static class Git
{
    /// <summary>Variables of a hook or an alias that called us would send git to another repository.</summary>
    public static readonly System.Collections.Immutable.ImmutableDictionary<string, string?> Environment =
        System.Collections.Immutable.ImmutableDictionary<string, string?>.Empty
            .Add("GIT_DIR", null).Add("GIT_WORK_TREE", null).Add("GIT_INDEX_FILE", null).Add("GIT_OBJECT_DIRECTORY", null)
            .Add("GIT_ALTERNATE_OBJECT_DIRECTORIES", null).Add("GIT_NAMESPACE", null).Add("GIT_PREFIX", null)
            .Add("GIT_TERMINAL_PROMPT", "0").Add("LC_ALL", "C");
}
