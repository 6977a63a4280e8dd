using System.Collections.Immutable;
using System.Globalization;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git;

/// <summary>
/// One git repository on this machine, spoken to through the git program and never changed but for a copy of ours in the cache. What
/// it is asked about objects goes through one process, however many ask.
/// </summary>
sealed class GitRepository : IDisposable
{
    readonly IProcessRunner _processes;
    readonly SemaphoreSlim _turn = new(1, 1);
    GitObjects? _objects;

    /// <param name="processes">The seam to programs.</param>
    /// <param name="place">Where it lies.</param>
    /// <param name="url">What the user calls it, for messages.</param>
    public GitRepository(IProcessRunner processes, GitPlace place, string url) => (_processes, Place, Url) = (processes, place, url);

    public GitPlace Place { get; }

    public string Url { get; }

    public bool IsShallow => File.Exists(Path.Combine(Place.Common, "shallow"));

    public Task<Finished> RunAsync(CancellationToken cancellationToken, params IEnumerable<string> arguments) =>
        _processes.RunAsync(Command(arguments), cancellationToken);

    public IRunningProcess Start(params IEnumerable<string> arguments) => _processes.Start(Command(arguments));

    public IRunningProcess Start(Invocation command) => _processes.Start(command);

    public Task<Finished> RunAsync(Invocation command, CancellationToken cancellationToken) => _processes.RunAsync(command, cancellationToken);

    public Invocation Command(params IEnumerable<string> arguments) =>
        Invocation.Of("git", [$"--git-dir={Place.Folder}", .. arguments]) with { Variables = Git.Environment };

    /// <summary>A process of its own for the contents of many objects, which are all asked for at once.</summary>
    public GitObjects StartObjects() => new(_processes.Start(Command("cat-file", "--batch", "--buffer")));

    /// <summary>Asks the repository about its objects, one asker at a time. A question that fails half-way leaves nothing behind.</summary>
    public async Task<T> UseAsync<T>(Func<GitObjects, T> use, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var objects = _objects ??= new(_processes.Start(Command("cat-file", "--batch")));
            var isDone = false;
            try
            {
                using var stop = cancellationToken.Register(objects.Stop);
                // The reading blocks; it must not hold up whoever waits for it.
                var answer = await Task.Run(() => use(objects), cancellationToken);
                isDone = true;
                return answer;
            }
            catch (Exception why) when (why is EndOfStreamException or ObjectDisposedException or IOException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw FetchException.GitFailed(Url, "read", await objects.LastWordsAsync(cancellationToken));
            }
            finally
            {
                if (!isDone)
                {
                    _objects = null;
                    await objects.DisposeAsync();
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The commit a name stands for, tags peeled; null where the repository does not know it.</summary>
    public Task<GitCommit?> CommitAsync(string name, CancellationToken cancellationToken) =>
        UseAsync(objects => GitCommit.Find(objects, name, Url), cancellationToken);

    /// <summary>The number of commits reachable from one, all parents counted.</summary>
    public async Task<ulong> CountAsync(string commit, CancellationToken cancellationToken)
    {
        var finished = await RunAsync(cancellationToken, "rev-list", "--count", commit, "--");
        return finished.Succeeded
            ? ulong.Parse(finished.Output, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture)
            : throw FetchException.GitFailed(Url, "count the commits of", finished.Errors.Trim());
    }

    public void Dispose()
    {
        _objects?.Leave();
        _turn.Dispose();
    }
}

/// <summary>What all runs of git have in common.</summary>
static class Git
{
    /// <summary>
    /// Variables of a hook or an alias that called us would send git to another repository, and nothing of the user's may be written, not
    /// even a refreshed index. Replaced objects are not looked at, as libgit2 does not. Prompts stay as they are: a user may be asked.
    /// </summary>
    public static readonly ImmutableDictionary<string, string?> Environment = ImmutableDictionary<string, string?>.Empty
        .Add("GIT_DIR", null).Add("GIT_WORK_TREE", null).Add("GIT_INDEX_FILE", null).Add("GIT_OBJECT_DIRECTORY", null)
        .Add("GIT_ALTERNATE_OBJECT_DIRECTORIES", null).Add("GIT_COMMON_DIR", null).Add("GIT_NAMESPACE", null).Add("GIT_PREFIX", null)
        .Add("GIT_SHALLOW_FILE", null).Add("GIT_GRAFT_FILE", null).Add("GIT_EXTERNAL_DIFF", null)
        .Add("GIT_OPTIONAL_LOCKS", "0").Add("GIT_NO_REPLACE_OBJECTS", "1").Add("GIT_ATTR_NOSYSTEM", "1").Add("LC_ALL", "C");
}
