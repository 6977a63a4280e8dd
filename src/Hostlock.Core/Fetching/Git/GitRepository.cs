using System.Globalization;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

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

    /// <summary>Runs a command that was built by <see cref="Command"/>.</summary>
    public Task<Finished> RunAsync(ProcessRequest command, CancellationToken cancellationToken) => _processes.RunAsync(command, cancellationToken);

    /// <summary>A command of git about this repository.</summary>
    public ProcessRequest Command(params IEnumerable<string> arguments) => GitProgram.Ask(Place.Folder, arguments);

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

    /// <summary>The commit that a name stands for, tags peeled; null if the repository does not know it.</summary>
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
