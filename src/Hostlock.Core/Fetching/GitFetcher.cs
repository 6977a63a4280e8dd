using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fetching;

/// <summary>
/// Git references to trees: local repositories where they are, remote ones through a bare copy in the cache. The git program
/// does the talking, with the user's own ssh, credentials and proxies; nothing is checked out.
/// </summary>
/// <remarks>Nix 2.34.8, libfetchers/git.cc.</remarks>
sealed class GitFetcher(IProcessRunner processes, string cacheFolder, FetchCache cache)
{
    // One fetch at a time into one copy: several references of one repository share it.
    readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = [];

    /// <summary>A repository, and the commit in it that a reference stands for.</summary>
    sealed record Found(GitRepository Repository, string Commit, string? Ref);

    /// <summary>Follows a reference to a tree.</summary>
    public async Task<FetchedTree> FetchAsync(FlakeRef reference, CancellationToken cancellationToken)
    {
        Refuse(reference);
        var url = reference.Input.Text("url")!;
        if (LocalFolder(url) is { } folder && Path.Exists(Path.Combine(folder, ".git")) && reference.Ref is null && reference.Revision is null)
            return await FetchWorkTreeAsync(reference, new(processes, folder, url), cancellationToken);

        var warnings = new List<Warning>();
        var found = await FindAsync(reference, url, warnings, cancellationToken);
        var isShallow = reference.Input.Truth("shallow") == true;
        if (!isShallow && found.Repository.IsShallow)
            throw FetchException.Shallow(url);
        var (answer, files) = await AnswerAsync(found, isShallow, cancellationToken);

        var input = reference.Input.With("rev", reference.Revision ?? found.Commit);
        if (found.Ref is not null)
            input = input.With("ref", found.Ref);
        input = Given(reference, input, "lastModified", answer.LastModified ?? 0);
        if (answer.RevisionCount is { } count)
            input = Given(reference, input, "revCount", count);
        return new(reference.With(input.With("narHash", answer.NarHash)), files, warnings);
    }

    // A commit never changes: what it hashes to and how many came before it is worked out once and for all.
    async Task<(CachedAnswer Answer, TreeFiles Files)> AnswerAsync(Found found, bool isShallow, CancellationToken cancellationToken)
    {
        var key = RefAttributes.Of(("type", "git"), ("rev", found.Commit), ("shallow", isShallow));
        if (cache.Find(key) is { } known)
            return (known, new RememberedFiles(cache, key, known, _ => Task.FromResult<TreeFiles>(new GitCommitFiles(found.Repository, found.Commit))));
        var time = found.Repository.TimeAsync(found.Commit, cancellationToken);
        var count = isShallow ? null : found.Repository.CountAsync(found.Commit, cancellationToken);
        var tree = await GitTree.OpenAsync(found.Repository, found.Commit, cancellationToken);
        var hash = await tree.HashAsync(cancellationToken);
        var answer = new CachedAnswer(hash.ToString(), await time, count is null ? null : await count, new Dictionary<string, byte[]?>());
        cache.Keep(key, answer);
        return (answer, new RememberedFiles(cache, key, answer, _ => Task.FromResult<TreeFiles>(new GitCommitFiles(found.Repository, found.Commit, tree))));
    }

    /// <summary>The files of a commit that a lock names.</summary>
    public async Task<TreeFiles> ReadAsync(FlakeRef locked, CancellationToken cancellationToken)
    {
        var key = RefAttributes.Of(("type", "git"), ("rev", locked.Revision ?? ""), ("shallow", locked.Input.Truth("shallow") == true));
        if (cache.Find(key) is { } known && (locked.NarHash is null || known.NarHash == locked.NarHash))
            return new RememberedFiles(cache, key, known, OpenAsync);
        return await OpenAsync(cancellationToken);

        async Task<TreeFiles> OpenAsync(CancellationToken stop)
        {
            var found = await FindAsync(locked, locked.Input.Text("url")!, [], stop);
            return new GitCommitFiles(found.Repository, found.Commit);
        }
    }

    static void Refuse(FlakeRef reference)
    {
        if (reference.Input.Truth("lfs") == true)
            throw FetchException.NotFetched(reference, "git LFS files");
        if (reference.Input.Truth("verifyCommit") == true || reference.Input.Has("publicKey") || reference.Input.Has("publicKeys"))
            throw FetchException.NotFetched(reference, "with verified signatures");
        if (reference.Input.Truth("submodules") == true && reference.Input.Truth("exportIgnore") == true)
            throw FetchException.ExportIgnoreWithSubmodules();
        if (reference.Input.Truth("submodules") == true)
            throw FetchException.NotFetched(reference, "git submodules");
        if (reference.Input.Truth("exportIgnore") == true)
            throw FetchException.NotFetched(reference, "git trees with exportIgnore");
    }

    async Task<FetchedTree> FetchWorkTreeAsync(FlakeRef reference, GitRepository repository, CancellationToken cancellationToken)
    {
        if (GitFiles.Clean(repository.Folder) is { } clean)
        {
            return await LockWorkTreeAsync(
                reference, repository, clean.Commit, clean.Head, isDirty: false, GitWorkTreeFiles.Of(repository.Folder, clean.Paths), cancellationToken);
        }
        var asked = repository.AskAsync(
            "read the state of", cancellationToken, "status", "--porcelain=v2", "--branch", "--untracked-files=no", "--ignore-submodules=all", "-z");
        var files = await GitWorkTreeFiles.OpenAsync(repository, cancellationToken);
        var lines = (await asked).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        var commit = lines.First(line => line.StartsWith("# branch.oid ", StringComparison.Ordinal))["# branch.oid ".Length..];
        var head = lines.First(line => line.StartsWith("# branch.head ", StringComparison.Ordinal))["# branch.head ".Length..];
        var isDirty = lines.Any(line => !line.StartsWith("# ", StringComparison.Ordinal));
        return await LockWorkTreeAsync(
            reference, repository, commit == "(initial)" ? null : commit, head == "(detached)" ? null : $"refs/heads/{head}", isDirty, files, cancellationToken);
    }

    async Task<FetchedTree> LockWorkTreeAsync(
        FlakeRef reference, GitRepository repository, string? commit, string? head, bool isDirty, GitWorkTreeFiles files, CancellationToken cancellationToken)
    {
        var hash = await Task.Run(() => Nar.NarHash.Of(files, cancellationToken), cancellationToken);
        var input = reference.Input;
        if (isDirty && commit is not null)
        {
            input = input.With("dirtyRev", $"{commit}-dirty").With("dirtyShortRev", $"{commit[..7]}-dirty");
        }
        else if (!isDirty)
        {
            // Before the first commit there is nothing to name; forty zeros are not a lock.
            input = input.With("rev", commit ?? new string('0', 40));
            if (head is not null)
                input = input.With("ref", head);
            if (commit is not null && reference.Input.Truth("shallow") != true)
                input = Given(reference, input, "revCount", await CountAsync(repository, commit, cancellationToken));
        }
        input = Given(reference, input, "lastModified", commit is null ? 0 : await TimeAsync(repository, commit, cancellationToken));
        return new(reference.With(input.With("narHash", hash.ToString())), new GitWorkTree(processes, repository.Folder), []);
    }

    static async Task<ulong> TimeAsync(GitRepository repository, string commit, CancellationToken cancellationToken) =>
        GitFiles.Commit(repository.Folder, commit)?.Time ?? await repository.TimeAsync(commit, cancellationToken);

    // One more than its only parent's, where that was counted before; a few steps back are read from the commits themselves.
    async Task<ulong> CountAsync(GitRepository repository, string commit, CancellationToken cancellationToken)
    {
        const int MostSteps = 200;
        if (repository.IsShallow)
            return await repository.CountAsync(commit, cancellationToken);
        var at = commit;
        for (var steps = 0UL; steps < MostSteps; steps++)
        {
            if (cache.Find(CountKey(at)) is { RevisionCount: { } known })
                return Keep(known + steps);
            if (GitFiles.Commit(repository.Folder, at) is not { Parents.Count: <= 1 } one)
                break;
            if (one.Parents.Count == 0)
                return Keep(steps + 1);
            at = one.Parents[0];
        }
        return Keep(await repository.CountAsync(commit, cancellationToken));

        ulong Keep(ulong count)
        {
            cache.Keep(CountKey(commit), new("", null, count, new Dictionary<string, byte[]?>()));
            return count;
        }

        static RefAttributes CountKey(string id) => RefAttributes.Of(("type", "git-count"), ("rev", id));
    }

    // 2.34 compares what the user states with what is there.
    static RefAttributes Given(FlakeRef reference, RefAttributes input, string name, ulong value) =>
        reference.Input.Number(name) is { } given && given != value
            ? throw FetchException.AttributeMismatch(reference, name, $"{given}", $"{value}")
            : input.With(name, value);

    async Task<Found> FindAsync(FlakeRef reference, string url, List<Warning> warnings, CancellationToken cancellationToken)
    {
        if (LocalFolder(url) is { } folder)
        {
            if (!Directory.Exists(folder))
                throw FetchException.NoRepository(url);
            if (Path.Exists(Path.Combine(folder, ".git")))
                return await FindLocalAsync(reference, new(processes, folder, url), warnings, cancellationToken);
        }
        return await FindRemoteAsync(reference, url, warnings, cancellationToken);
    }

    static async Task<Found> FindLocalAsync(FlakeRef reference, GitRepository repository, List<Warning> warnings, CancellationToken cancellationToken)
    {
        // Any name that git resolves is a ref here, and stays as it was written.
        if (reference.Revision is { } revision)
        {
            var commit = await repository.CommitAsync(revision, cancellationToken) ?? throw FetchException.NoSuchRevision(repository.Url, revision);
            return new(repository, commit, reference.Ref ?? await repository.HeadAsync(cancellationToken) ?? Master(repository.Url, warnings));
        }
        var name = reference.Ref!;
        return new(repository, await repository.CommitAsync(name, cancellationToken) ?? throw FetchException.NoSuchRef(repository.Url, name), name);
    }

    async Task<Found> FindRemoteAsync(FlakeRef reference, string url, List<Warning> warnings, CancellationToken cancellationToken)
    {
        CheckTransport(url);
        var isShallow = reference.Input.Truth("shallow") == true;
        var repository = await CopyOfAsync(url, isShallow, cancellationToken);
        var (name, tip) = (reference.Ref, default(string));
        if (name is null || reference.Revision is null)
            (name, tip) = await AskRemoteAsync(repository, url, name, warnings, cancellationToken);
        // The revision alone decides where both are given; the ref is only written down.
        var wanted = reference.Revision ?? tip;
        if (wanted is not null && await repository.CommitAsync(wanted, cancellationToken) is { } known)
            return new(repository, known, name);

        var turn = _turns.GetOrAdd(repository.Folder, _ => new(1, 1));
        await turn.WaitAsync(cancellationToken);
        try
        {
            await FetchIntoAsync(repository, url, reference, name!, isShallow, cancellationToken);
        }
        finally
        {
            turn.Release();
        }
        var commit = await repository.CommitAsync(wanted ?? "FETCH_HEAD", cancellationToken);
        return new(repository, commit ?? throw FetchException.NoSuchRevision(url, wanted ?? name!), name);
    }

    // One question gives the default branch and the newest commit of the ref.
    static async Task<(string Ref, string? Tip)> AskRemoteAsync(
        GitRepository repository, string url, string? name, List<Warning> warnings, CancellationToken cancellationToken)
    {
        var full = name is null ? "HEAD" : FullName(name);
        var finished = await repository.RunAsync(cancellationToken, "ls-remote", "--symref", "--end-of-options", url, full, $"{full}^{{}}");
        if (!finished.Succeeded)
            throw FetchException.GitFailed(url, "reach", finished.Errors.Trim());
        string? head = null, tip = null, peeled = null;
        foreach (var line in finished.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split('\t') is not [var left, var right])
                continue;
            if (left.StartsWith("ref: ", StringComparison.Ordinal) && right == "HEAD")
                head = left["ref: ".Length..];
            else if (right == full)
                tip = left;
            else if (right == $"{full}^{{}}")
                peeled = left;
        }
        if (name is null)
            return (head ?? Master(url, warnings), tip);
        return tip is null ? throw FetchException.NoSuchRef(url, name) : (name, peeled ?? tip);
    }

    static async Task FetchIntoAsync(
        GitRepository repository, string url, FlakeRef reference, string name, bool isShallow, CancellationToken cancellationToken)
    {
        var spec = reference.Input.Truth("allRefs") == true ? "refs/*:refs/*"
            : reference.Revision ?? (FullName(name) is var full && full == "HEAD" ? "HEAD" : $"+{full}:{full}");
        string[] depth = isShallow ? ["--depth", "1"] : [];
        var finished = await repository.RunAsync(
            cancellationToken, ["fetch", "--quiet", "--force", "--no-tags", "--no-write-commit-graph", "--update-head-ok", .. depth, "--end-of-options", url, spec]);
        if (!finished.Succeeded)
            throw FetchException.GitFailed(url, "fetch", finished.Errors.Trim());
    }

    /// <summary>The bare copy of a remote repository in the cache, made where it is not there yet.</summary>
    async Task<GitRepository> CopyOfAsync(string url, bool isShallow, CancellationToken cancellationToken)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url)))[..40];
        var folder = Path.Combine(cacheFolder, "git", isShallow ? $"{name}-shallow" : name);
        var repository = new GitRepository(processes, folder, url);
        var turn = _turns.GetOrAdd(folder, _ => new(1, 1));
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (!File.Exists(Path.Combine(folder, "HEAD")))
                await CreateAsync(folder, cancellationToken);
        }
        finally
        {
            turn.Release();
        }
        return repository;
    }

    // Made beside and renamed, so that another run never meets half a repository.
    async Task CreateAsync(string folder, CancellationToken cancellationToken)
    {
        var beside = $"{folder}.{Guid.NewGuid():N}.tmp";
        Directory.CreateDirectory(beside);
        await new GitRepository(processes, beside, folder).AskAsync("make", cancellationToken, "init", "--quiet", "--bare", "--template=");
        try
        {
            Directory.Move(beside, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(beside, recursive: true); // another run was faster
        }
    }

    static string FullName(string name) =>
        name == "HEAD" || name.StartsWith("refs/", StringComparison.Ordinal) ? name : $"refs/heads/{name}";

    static string Master(string url, List<Warning> warnings)
    {
        warnings.Add(new($"could not read HEAD ref from repo at '{url}', using 'master'"));
        return "master";
    }

    // git itself would run a program for ext:: and take a dash for an option.
    static void CheckTransport(string url)
    {
        if (url.StartsWith('-') || FlakeUrl.TryParse(url) is not { Scheme: "https" or "http" or "ssh" or "git" or "file" or "ftp" or "ftps" })
            throw FetchException.GitUrl(url, "only https, http, ssh, git, file and ftp addresses are");
    }

    /// <summary>The folder of a <c>file:</c> URL; null for any other.</summary>
    static string? LocalFolder(string url) =>
        FlakeUrl.TryParse(url) is { Scheme: "file" } parsed ? Path.GetFullPath(parsed.PathText) : null;
}
