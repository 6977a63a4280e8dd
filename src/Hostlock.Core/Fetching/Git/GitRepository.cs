using System.Collections.Concurrent;
using System.Globalization;
using Hostlock.Fetching.Git.Objects;
using Hostlock.Flakes;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fetching.Git;

/// <summary>
/// One git repository on this machine. Objects are read from git's files, as far as these can be read. All other questions go through the
/// git program, and those about objects through one process for all callers. No repository is changed except hostlock's own copies. One
/// that belongs to another user is not asked, unless git trusts it.
/// </summary>
sealed class GitRepository : IDisposable
{
    // The exit code of git config for a setting that nobody sets.
    const int NotSet = 1;

    // The exit code of git symbolic-ref for a HEAD that names a commit and no branch.
    const int Detached = 1;

    readonly IProcessRunner _processes;
    readonly SemaphoreSlim _turn = new(1, 1);

    // To lock an input asks for HEAD and for the commits before it: what they hold, how many they are, and how far the input moved.
    readonly ConcurrentDictionary<Revision, GitCommit> _commits = [];
    GitObjects? _objects;
    GitConfig? _ownSettings;
    bool _isOwn;
    bool _isTrusted;

    /// <summary>Opens a repository.</summary>
    /// <param name="processes">The seam to programs.</param>
    /// <param name="place">The folders of the repository.</param>
    /// <param name="url">The user's name for the repository, for messages.</param>
    public GitRepository(IProcessRunner processes, GitPlace place, string url) => (_processes, Place, Url) = (processes, place, url);

    /// <summary>The folders of the repository.</summary>
    public GitPlace Place { get; }

    /// <summary>The user's name for the repository, for messages.</summary>
    public string Url { get; }

    /// <summary>True for a copy of ours, whose settings are known.</summary>
    public bool IsCopy { get; init; }

    /// <summary>False for a copy whose remote repository is not to be asked.</summary>
    public bool IsReachable { get; init; } = true;

    /// <summary>True if commits are missing from the history.</summary>
    public bool IsShallow => File.Exists(Path.Combine(Place.Common, "shallow"));

    /// <summary>True if commits have other parents here than they state: some parents are missing, or others replace them.</summary>
    public bool HasOtherParents => IsShallow || File.Exists(Path.Combine(Place.Common, "info", "grafts"));

    /// <summary>The settings in the repository's own file, without those of the user and the machine.</summary>
    public GitConfig OwnSettings => _ownSettings ??= GitConfig.OfRepository(Place);

    /// <summary>Opens the objects as git's files have them, for one caller, who has made sure that it may
    /// (<see cref="RefuseForeignAsync"/>), or reads in the fleet itself.</summary>
    public StoredObjects OpenStored() => new(Place.Objects);

    /// <summary>A commit out of git's files, which is read once; null if git is to be asked.</summary>
    public GitCommit? Stored(Revision id)
    {
        using var objects = OpenStored();
        return Stored(objects, id);
    }

    /// <summary>The same for a caller that reads many.</summary>
    public GitCommit? Stored(StoredObjects objects, Revision id)
    {
        if (_commits.TryGetValue(id, out var known))
            return known;
        var commit = GitCommit.Stored(objects, id);
        return commit is null ? null : _commits.GetOrAdd(id, commit);
    }

    /// <summary>Runs git in this repository.</summary>
    /// <exception cref="FetchException">The repository belongs to another user, and git does not trust it.</exception>
    public Task<Finished> RunAsync(CancellationToken cancellationToken, params IEnumerable<string> arguments) =>
        RunAsync(Command(arguments), cancellationToken);

    /// <summary>Runs a command that was built by <see cref="Command"/>.</summary>
    /// <exception cref="FetchException">The repository belongs to another user, and git does not trust it.</exception>
    public async Task<Finished> RunAsync(ProcessRequest command, CancellationToken cancellationToken)
    {
        await TrustAsync(cancellationToken);
        return await _processes.RunAsync(command, cancellationToken);
    }

    /// <summary>Builds a command of git about this repository.</summary>
    public ProcessRequest Command(params IEnumerable<string> arguments) => GitProgram.Ask(Place.Folder, arguments);

    /// <summary>Makes sure that git may be asked about this repository.</summary>
    /// <exception cref="HostlockException">The repository belongs to another user, and git does not trust it; or a file of it is no
    /// file.</exception>
    public async Task TrustAsync(CancellationToken cancellationToken)
    {
        if (_isTrusted || IsCopy)
            return;
        Place.RefuseOddFiles();
        await RefuseForeignAsync(cancellationToken);
        _isTrusted = true;
    }

    /// <summary>Refuses a repository of another user, unless git trusts it. Nix does so even if git is not needed.</summary>
    /// <remarks>
    /// git checks the owner of a repository that it finds, and not of one that it is told, as hostlock tells it. So if another user owns
    /// the repository, git has to find it once. git knows safe.directory, and the user behind sudo.
    /// </remarks>
    /// <exception cref="HostlockException">As for <see cref="TrustAsync"/>.</exception>
    public async Task RefuseForeignAsync(CancellationToken cancellationToken)
    {
        if (_isOwn || IsCopy)
            return;
        if (!Place.IsOurs)
        {
            Place.RefuseOddFiles();
            var folder = Place.WorkTree ?? Place.Folder;
            var found = await _processes.RunAsync(GitProgram.AskAround(folder, "rev-parse", "--git-dir"), cancellationToken);
            if (!found.Succeeded)
                throw FetchException.NotTrusted(Url, folder, found.Errors.Trim());
        }
        _isOwn = true;
    }

    /// <summary>
    /// Builds a command whose answer depends on settings. They come from files alone, also from those of the user and the files that these
    /// include. Settings in the environment are for git, and Nix does not see them.
    /// </summary>
    public ProcessRequest CommandBySettings(params IEnumerable<string> arguments)
    {
        var command = Command(arguments);
        return command with
        {
            Environment = command.Environment.Unset(
                "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS"),
        };
    }

    /// <summary>Asks git for a setting that is <c>true</c>, <c>false</c> or a word; null if it is nowhere set.</summary>
    /// <param name="name">The name of the setting: <c>core.fileMode</c>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<string?> SettingAsync(string name, CancellationToken cancellationToken)
    {
        var finished = await RunAsync(CommandBySettings("config", "--type=bool-or-str", "--get", name), cancellationToken);
        return finished switch
        {
            { Succeeded: true } => finished.Output.TrimEnd('\n'),
            { ExitCode: NotSet } => null,
            _ => throw FetchException.GitFailed(Url, "read the settings of", finished.Errors.Trim()),
        };
    }

    /// <summary>
    /// Tells what HEAD points to, <c>refs/heads/main</c>; null if it is detached or cannot be read. git is asked only if it keeps its refs
    /// in a format of its own (reftable), for which the file HEAD holds no more than a placeholder.
    /// </summary>
    public async Task<string?> HeadAsync(CancellationToken cancellationToken)
    {
        if (Place.Head is not "refs/heads/.invalid")
            return Place.Head;
        var finished = await RunAsync(cancellationToken, "symbolic-ref", "--quiet", "HEAD");
        return finished switch
        {
            { Succeeded: true } => finished.Output.TrimEnd('\n'),
            { ExitCode: Detached } => null,
            _ => throw FetchException.GitFailed(Url, "read HEAD of", finished.Errors.Trim()),
        };
    }

    /// <summary>Starts a separate process for the contents of many objects, which are all asked for at once. The caller has asked the
    /// repository something before, or made sure that it may (<see cref="TrustAsync"/>).</summary>
    public GitObjects StartObjects() => new(_processes.Start(Command("cat-file", "--batch", "--buffer")));

    /// <summary>
    /// Asks the repository about its objects, one caller at a time. If a question fails half-way, the process is replaced.
    /// </summary>
    public async Task<T> UseAsync<T>(Func<GitObjects, T> use, CancellationToken cancellationToken)
    {
        await TrustAsync(cancellationToken);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var objects = _objects ??= new(_processes.Start(Command("cat-file", "--batch")));
            var isDone = false;
            try
            {
                using var stop = cancellationToken.Register(objects.Stop);
                // Reading blocks its thread, so it runs on another one.
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

    /// <summary>The commit that a name stands for, tags peeled; null if the repository does not know it, and for <c>HEAD</c> before the
    /// first commit.</summary>
    /// <exception cref="FetchException">HEAD names a commit that is not there, or git fails.</exception>
    /// <exception cref="PlatformException">HEAD names a commit that this user may not read.</exception>
    public async Task<GitCommit?> CommitAsync(string name, CancellationToken cancellationToken)
    {
        await TrustAsync(cancellationToken);
        if (Place.Named(name) is { } named && Stored(named) is { } stored)
            return stored;
        if (await UseAsync(objects => GitCommit.Find(objects, name, Url), cancellationToken) is { } found)
            return found;
        if (name != "HEAD" || Place.HeadCommit?.ToString() is not { } id)
            return null;
        // git calls an object missing if it may not read it.
        LooseObject.RefuseDenied(Place.Objects, id);
        throw FetchException.GitFailed(Url, $"read commit {id} of", "");
    }

    /// <summary>Reads all names of a tree.</summary>
    /// <param name="id">The id of the tree object.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">An object is missing or damaged.</exception>
    public async Task<GitTree> TreeAsync(string id, CancellationToken cancellationToken) =>
        GitTree.Stored(this, id) ?? await UseAsync(objects => GitTree.Read(objects, id, Url), cancellationToken);

    /// <summary>Reads a blob; null if there is none of the id.</summary>
    /// <param name="id">The id.</param>
    /// <param name="most">The most bytes that it may have.</param>
    /// <param name="shown">The name of the blob, for the error.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">It has more.</exception>
    public async Task<byte[]?> BlobAsync(string id, int most, string shown, CancellationToken cancellationToken)
    {
        using var stored = OpenStored();
        return stored.Read(id, "blob", most)
            ?? await UseAsync(objects => objects.Find(id, most, shown)?.Contents, cancellationToken);
    }

    /// <summary>Counts the commits that are reachable from a commit through all parents.</summary>
    public async Task<ulong> CountAsync(Revision commit, CancellationToken cancellationToken)
    {
        var finished = await RunAsync(cancellationToken, "rev-list", "--count", commit.ToString(), "--");
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
