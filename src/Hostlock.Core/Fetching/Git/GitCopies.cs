using System.Collections.Concurrent;
using System.Text;
using Hostlock.Flakes;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fetching.Git;

/// <summary>
/// Keeps bare copies of remote repositories in the cache. A copy is completed and then renamed, and one run at a time fetches into it. A
/// killed run leaves at most objects that nobody asks for.
/// </summary>
/// <param name="processes">The seam to git.</param>
/// <param name="folder">The folder of the copies.</param>
sealed class GitCopies(IProcessRunner processes, string folder) : IDisposable
{
    // Each fetch adds a pack, and each pack makes every question slower.
    const int MostPacks = 50;

    /// <summary>The option of git fetch that leaves out trees and files.</summary>
    public const string WithoutTrees = "--filter=tree:0";

    const int MaximumSettings = 64 * 1024;

    // A server that names refs without an end is stopped here.
    const long MaximumAnswer = 16 * 1024 * 1024;

    // The contents of HEAD of a copy until the remote repository has been asked.
    const string NoHead = "refs/heads/nothing-is-checked-out";

    // The settings of a copy. Other settings are replaced by these, because git would follow them, and they may name programs.
    static readonly byte[] Settings = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n"u8.ToArray();

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    readonly ConcurrentDictionary<string, GitRepository> _copies = [];
    readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = [];

    /// <summary>True if no remote repository is to be asked.</summary>
    public bool IsOffline { get; init; }

    /// <summary>The copy of a repository; empty if nothing was fetched yet.</summary>
    public GitRepository Of(string url, CopyDepth depth)
    {
        var name = ByteDigest.Sha256Hex(url);
        var path = Path.Combine(
            folder, depth switch { CopyDepth.Whole => name, CopyDepth.Shallow => $"{name}-shallow", _ => $"{name}-commits" });
        return _copies.GetOrAdd(path, _ =>
        {
            Create(path);
            return new(processes, GitPlace.OfBare(path)!, url) { IsCopy = true, IsReachable = !IsOffline };
        });
    }

    /// <summary>Asks a remote repository for the commit of a ref, by <c>git ls-remote</c>.</summary>
    /// <param name="copy">The copy of the repository, so that the user's settings for it apply.</param>
    /// <param name="name">The full name of a ref, or HEAD.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The branch that HEAD points to, if HEAD was asked for and says so, and the commit, tags peeled; null for each that is not
    /// known.</returns>
    public static async Task<(string? Head, Revision? Tip)> AskAsync(GitRepository copy, string name, CancellationToken cancellationToken)
    {
        if (!copy.IsReachable)
            throw FetchException.Offline(copy.Url);
        var remote = GitRemote.Of(copy.Url);
        string[] question = [.. remote.Options, "ls-remote", "--symref", "--", remote.Address, name, $"{name}^{{}}"];
        var command = remote.For(GitProgram.Reach(copy.Place.Folder, question)) with { Output = new ProcessOutput.Text(MaximumAnswer) };
        var finished = await copy.RunAsync(command, cancellationToken);
        if (!finished.Succeeded)
            throw FetchException.GitUnreachable(copy.Url, finished.Errors.Trim());
        string? head = null, tip = null, peeled = null;
        foreach (var line in finished.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split('\t') is not [var left, var right])
                continue;
            if (left.StartsWith("ref: ", StringComparison.Ordinal) && right == "HEAD")
                head = left["ref: ".Length..];
            else if (right == name)
                tip = left;
            else if (right == $"{name}^{{}}")
                peeled = left;
        }
        if ((peeled ?? tip) is not { } id)
            return (head, null);
        return (head, GitCommit.IdOf(id, copy.Url));
    }

    /// <summary>Fetches into a copy. Other fetches into the same copy, in this run or another, wait for their turn.</summary>
    /// <param name="copy">The copy.</param>
    /// <param name="options">Options of git fetch, such as <c>--depth 1</c> for a commit without its history.</param>
    /// <param name="specification">The refspec to fetch: a commit, or <c>FROM:TO</c>.</param>
    /// <param name="isThere">Tells whether the copy already has it. It is asked again once this fetch has its turn, because another may
    /// have fetched it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task FetchAsync(
        GitRepository copy, IReadOnlyList<string> options, string specification, Func<Task<bool>> isThere,
        CancellationToken cancellationToken)
    {
        var turn = _turns.GetOrAdd(copy.Place.Folder, _ => new(1, 1));
        await turn.WaitAsync(cancellationToken);
        try
        {
            using var held = await HoldAsync(copy.Place.Folder, cancellationToken);
            if (await isThere())
                return;
            if (IsOffline)
                throw FetchException.Offline(copy.Url);
            var command = Fetching(copy, options, specification);
            var finished = await copy.RunAsync(command, cancellationToken);
            if (!finished.Succeeded && finished.Errors.Contains(".lock': File exists", StringComparison.Ordinal))
            {
                // No other run is fetching here, so a lock file is left from a run that was killed.
                foreach (var left in Directory.EnumerateFiles(copy.Place.Folder, "*.lock", SearchOption.AllDirectories))
                    AtomicFile.Delete(left);
                finished = await copy.RunAsync(command, cancellationToken);
            }
            if (!finished.Succeeded)
                throw FetchException.GitFetchFailed(copy.Url, specification.Split(':')[0], finished.Errors.Trim());
            // Joins the small packs and drops no object. If it fails, the copy works as before.
            if (Directory.EnumerateFiles(Path.Combine(copy.Place.Folder, "objects", "pack"), "*.pack").Count() > MostPacks)
                await copy.RunAsync(cancellationToken, "repack", "--geometric=2", "-d", "-q");
        }
        finally
        {
            turn.Release();
        }
    }

    // If git is ended gently, it removes its lock files.
    static ProcessRequest Fetching(GitRepository copy, IReadOnlyList<string> options, string specification)
    {
        var remote = GitRemote.Of(copy.Url);
        // Without trees, git needs a named remote that has them.
        string[] settings = options.Contains(WithoutTrees)
            ?
            [
                "-c", $"remote.origin.url={remote.Address}", "-c", "remote.origin.promisor=true",
                "-c", "remote.origin.partialCloneFilter=tree:0",
            ]
            : [];
        string[] words =
        [
            .. remote.Options, .. settings,
            "fetch", "--quiet", "--force", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", .. options, "--",
            settings.Length > 0 ? "origin" : remote.Address, specification,
        ];
        return remote.For(GitProgram.Reach(copy.Place.Folder, words)) with { Stop = new ProcessStop.Gently(GitProgram.Grace) };
    }

    /// <summary>Records the branch that a remote repository's HEAD points to, for a time when the repository cannot be reached.</summary>
    public static void RememberHead(GitRepository copy, string head)
    {
        if (copy.Place.Head != head && head.StartsWith("refs/", StringComparison.Ordinal) && !head.Any(char.IsControl))
            AtomicFile.Replace(Path.Combine(copy.Place.Folder, "HEAD"), Encoding.UTF8.GetBytes($"ref: {head}\n"));
    }

    /// <summary>The branch that the HEAD of a remote repository pointed to when it was asked last; null if it never was.</summary>
    /// <param name="copy">The copy.</param>
    public static string? LastHead(GitRepository copy) => copy.Place.Head is { } head && head != NoHead ? head : null;

    public void Dispose()
    {
        foreach (var copy in _copies.Values)
            copy.Dispose();
        foreach (var turn in _turns.Values)
            turn.Dispose();
    }

    static async Task<FolderLock> HoldAsync(string folder, CancellationToken cancellationToken)
    {
        FolderLock? held;
        while ((held = FolderLock.TryTakeNow(folder)) is null)
            await Task.Delay(Pause, cancellationToken);
        return held;
    }

    // An empty bare repository consists of these files, so git need not be started to make one.
    static void Create(string path)
    {
        if (GitPlace.OfBare(path) is not null)
        {
            SetRight(path);
            return;
        }
        var copies = Path.GetDirectoryName(path)!;
        AtomicFile.ClearLeftoverFolders(copies);
        var beside = AtomicFile.NewName(copies);
        try
        {
            Directory.CreateDirectory(Path.Combine(beside, "objects", "pack"));
            Directory.CreateDirectory(Path.Combine(beside, "refs", "heads"));
            AtomicFile.ReplaceAll(
            [
                (Path.Combine(beside, "config"), Settings),
                (Path.Combine(beside, "HEAD"), Encoding.UTF8.GetBytes($"ref: {NoHead}\n")),
            ]);
            // A file or folder that is no repository is in the way.
            if (Directory.Exists(path) && GitPlace.OfBare(path) is null)
                Directory.Move(path, $"{path}.{UniqueName.Next()}.damaged");
            Directory.Move(beside, path);
        }
        catch (IOException) when (GitPlace.OfBare(path) is not null)
        {
            Directory.Delete(beside, recursive: true); // another run has made the copy meanwhile
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw FetchException.CannotKeepCopy(path, why);
        }
    }

    // A copy of an earlier run is ours, but whoever restored a backup, say, may have put something into it.
    static void SetRight(string path)
    {
        var settings = Path.Combine(path, "config");
        if (RegularFile.TryRead(settings, MaximumSettings)?.AsSpan().SequenceEqual(Settings) != true)
            AtomicFile.Replace(settings, Settings, isDurable: false);
    }
}
