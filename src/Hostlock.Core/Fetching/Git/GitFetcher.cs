using System.Collections.Concurrent;
using Hostlock.Fetching.Folders;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git;

/// <summary>
/// Git references to trees: local repositories where they are, remote ones through a bare copy in the cache. The git program does the
/// talking, with the user's own ssh, credentials and proxies; nothing is checked out.
/// </summary>
/// <remarks>Nix 2.34.8, libfetchers/git.cc.</remarks>
sealed class GitFetcher(IProcessRunner processes, string cacheFolder, FetchCache cache) : IDisposable
{
    // What is counted step by step before git is asked to count.
    const int MostSteps = 1000;

    readonly GitCopies _copies = new(processes, Path.Combine(cacheFolder, "git"));
    readonly ConcurrentDictionary<(GitPlace, string), GitRepository> _local = [];
    readonly ConcurrentDictionary<string, GitRepository> _opened = [];

    /// <summary>A repository, and the commit in it that a reference stands for.</summary>
    sealed record Found(GitRepository Repository, GitCommit Commit, string Ref);

    /// <summary>A commit with its submodules, open for reading.</summary>
    sealed record Opened(Found Found, GitTree Tree, IReadOnlyList<(string Path, Opened Tree)> Submodules);

    /// <summary>A work tree with its submodules.</summary>
    sealed record OpenedWorkTree(GitWorkTreeState State, bool IsDirty, SourceTree Tree, TreeFiles Files);

    /// <summary>Follows a reference to a tree.</summary>
    /// <exception cref="FetchException">The repository, the ref or the commit is not there, or cannot be reached.</exception>
    public async Task<FetchedTree> FetchAsync(FlakeRef reference, CancellationToken cancellationToken)
    {
        Refuse(reference);
        if (WorkTreeOf(reference) is { } repository)
            return await FetchWorkTreeAsync(reference, repository, cancellationToken);

        var warnings = new List<Warning>();
        var found = await FindAsync(reference, warnings, cancellationToken);
        var isShallow = reference.Input.Truth("shallow") == true;
        if (!isShallow && found.Repository.IsShallow)
            throw FetchException.Shallow(found.Repository.Url);
        var (answer, files) = await AnswerAsync(found, reference, cancellationToken);

        var input = reference.Input.With("rev", reference.Revision ?? found.Commit.Id).With("ref", found.Ref);
        input = Given(reference, input, "lastModified", found.Commit.Time);
        if (!isShallow)
            input = Given(reference, input, "revCount", await CountAsync(found.Repository, found.Commit, cancellationToken));
        return new(reference.With(input.With("narHash", answer.NarHash)), files, warnings);
    }

    /// <summary>The commit a reference stands for now; for a remote repository of any age, nothing is fetched.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="before">Where given, the newest commit along the first parents that is not younger.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The repository or the ref is not there, or cannot be reached; or no commit is that old.</exception>
    public async Task<NewestRevision> NewestAsync(FlakeRef reference, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        var url = reference.Input.Text("url")!;
        if (before is null && LocalFolder(url) is null)
        {
            var copy = _copies.Of(AddressOf(url), CopyDepth.Whole);
            var (_, tip) = await GitCopies.AskAsync(copy, reference.Ref is { } name ? FullName(name) : "HEAD", cancellationToken);
            return new(tip ?? throw FetchException.NoSuchRef(url, reference.Ref ?? "HEAD"), null);
        }
        var found = WorkTreeOf(reference) is { } local
            ? new Found(local, await local.CommitAsync("HEAD", cancellationToken) ?? throw FetchException.NoSuchRef(url, "HEAD"), "HEAD")
            : await FindAsync(reference, [], cancellationToken);
        if (before is not { } time)
            return new(found.Commit.Id, found.Commit.Time);
        return await BeforeAsync(found.Repository, found.Commit.Id, time, cancellationToken) ?? throw FetchException.NothingSoOld(url, time);
    }

    /// <summary>The same for a repository of which nothing but its commits is wanted, by its address and the commit its branch is at.</summary>
    public async Task<NewestRevision> NewestAsync(string address, string tip, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var copy = _copies.Of(AddressOf(address), CopyDepth.Commits);
        if (await KnownAsync() is { } known)
            return known;
        await FetchCommitsAsync(copy, tip, before.AddDays(-90), cancellationToken);
        if (await KnownAsync() is { } found)
            return found;
        // A branch that had no commit for so long before is read whole.
        await FetchCommitsAsync(copy, tip, null, cancellationToken);
        return await KnownAsync() ?? throw FetchException.NothingSoOld(address, before);

        async Task<NewestRevision?> KnownAsync() =>
            await copy.CommitAsync(tip, cancellationToken) is null ? null : await BeforeAsync(copy, tip, before, cancellationToken);
    }

    static async Task<NewestRevision?> BeforeAsync(GitRepository repository, string tip, DateTimeOffset time, CancellationToken cancellationToken) =>
        await ListAsync(repository, ["-1", $"--before={time.ToUnixTimeSeconds()}", tip], cancellationToken) is [var found, ..] ? found : null;

    /// <summary>How two commits stand to each other, by what is there of them; null where one of them is not.</summary>
    public async Task<RevisionDistance?> DistanceAsync(string url, string earlier, string later, CancellationToken cancellationToken)
    {
        var repository = RepositoryAt(url);
        if (repository.IsShallow)
            return null;
        // Most often the one is a few commits after the other, in a line; what was just committed is read without git.
        var steps = Steps(id => GitCommit.Loose(repository.Place, id))
            ?? await repository.UseAsync(objects => Steps(id => GitCommit.Find(objects, id, repository.Url)), cancellationToken);
        if (steps is not null)
            return new(true, steps);
        if (await repository.CommitAsync(earlier, cancellationToken) is null || await repository.CommitAsync(later, cancellationToken) is null)
            return null;
        var counted = await repository.RunAsync(cancellationToken, "rev-list", "--left-right", "--count", $"{earlier}...{later}", "--");
        return counted.Output.Trim().Split('\t') is [var left, var right] && ulong.TryParse(right, out var commits) ? new(left == "0", commits) : null;

        ulong? Steps(Func<string, GitCommit?> find)
        {
            var id = later;
            for (var count = 0UL; count < MostSteps; count++)
            {
                if (id == earlier)
                    return count;
                if (find(id) is not { Parents: [var parent] })
                    break;
                id = parent;
            }
            return null;
        }
    }

    /// <summary>The commits after one and up to another, along the first parents, the oldest first.</summary>
    /// <param name="url">The repository.</param>
    /// <param name="earlier">The one, and when it was committed, where that is known.</param>
    /// <param name="later">The other.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The repository cannot be reached, or the one is no ancestor of the other.</exception>
    public async Task<IReadOnlyList<NewestRevision>> BetweenAsync(string url, (string Id, ulong? Time) earlier, string later, CancellationToken cancellationToken)
    {
        var repository = RepositoryAt(url);
        var isJoined = await IsJoinedAsync();
        if (!isJoined && LocalFolder(url) is null)
        {
            repository = _copies.Of(AddressOf(url), CopyDepth.Commits);
            isJoined = await IsJoinedAsync();
            DateTimeOffset? since = earlier.Time is { } time ? DateTimeOffset.FromUnixTimeSeconds((long)time).AddDays(-1) : null;
            // Whole, where a commit on the way is dated before the time that all of them should be younger than.
            foreach (var from in (DateTimeOffset?[])[since, null])
            {
                if (isJoined)
                    break;
                await FetchCommitsAsync(repository, later, from, cancellationToken);
                isJoined = await IsJoinedAsync();
            }
        }
        return isJoined
            ? await ListAsync(repository, ["--reverse", $"{earlier.Id}..{later}"], cancellationToken)
            : throw FetchException.NotAnAncestor(url, earlier.Id, later);

        // Both are there, and the commits between them.
        async Task<bool> IsJoinedAsync() =>
            await repository.CommitAsync(earlier.Id, cancellationToken) is not null && await repository.CommitAsync(later, cancellationToken) is not null
            && (await repository.RunAsync(cancellationToken, "merge-base", "--is-ancestor", earlier.Id, later)).Succeeded;
    }

    GitRepository RepositoryAt(string url)
    {
        // What was followed in this run is open already.
        if (_opened.TryGetValue(url, out var open))
            return open;
        if (LocalFolder(url) is not { } folder)
            return _copies.Of(AddressOf(url), CopyDepth.Whole);
        var place = Path.Exists(Path.Combine(folder, ".git")) ? GitPlace.OfWorkTree(folder) : GitPlace.OfBare(folder);
        return Local(place ?? throw FetchException.NotARepository(url), url);
    }

    async Task FetchCommitsAsync(GitRepository copy, string tip, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        string[] depth = since is { } time ? [$"--shallow-since=@{time.ToUnixTimeSeconds()}"] : copy.IsShallow ? ["--unshallow"] : [];
        await _copies.FetchAsync(copy, [GitCopies.WithoutTrees, .. depth], tip, () => Task.FromResult(false), cancellationToken);
    }

    static async Task<IReadOnlyList<NewestRevision>> ListAsync(GitRepository repository, IEnumerable<string> what, CancellationToken cancellationToken)
    {
        var listed = await repository.RunAsync(cancellationToken, ["rev-list", "--first-parent", "--format=%H %ct", "--no-commit-header", .. what, "--"]);
        if (!listed.Succeeded)
            throw FetchException.GitFailed(repository.Url, "list the commits of", listed.Errors.Trim());
        return
        [
            .. from line in listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
               let fields = line.Split(' ')
               select new NewestRevision(fields[0], ulong.Parse(fields[1], System.Globalization.CultureInfo.InvariantCulture)),
        ];
    }

    /// <summary>The files of a tree that a lock names.</summary>
    /// <exception cref="FetchException">They cannot be had any more.</exception>
    public async Task<TreeFiles> ReadAsync(FlakeRef locked, CancellationToken cancellationToken)
    {
        Refuse(locked);
        if (locked.Revision is not { } revision || !revision.AsSpan().ContainsAnyExcept('0'))
        {
            return WorkTreeOf(locked.With(locked.Input.Without("rev").Without("ref"))) is { } repository
                ? (await OpenWorkTreeAsync(repository, locked, 1, cancellationToken)).Files
                : await OpenAsync(cancellationToken);
        }
        var key = KeyOf(locked, revision.ToLowerInvariant());
        if (cache.Find(key) is { } known && (locked.NarHash is null || known.NarHash == locked.NarHash))
            return new RememberedFiles(cache, key, known, OpenAsync);
        return await OpenAsync(cancellationToken);

        async Task<TreeFiles> OpenAsync(CancellationToken stop)
        {
            var found = await FindAsync(locked, [], stop);
            return NeedsWholeTree(locked) ? FilesOf(await OpenCommitAsync(found, locked, 1, stop)) : new GitCommitFiles(found.Repository, found.Commit.Tree);
        }
    }

    public void Dispose()
    {
        _copies.Dispose();
        foreach (var repository in _local.Values)
            repository.Dispose();
    }

    static void Refuse(FlakeRef reference)
    {
        if (reference.Input.Truth("verifyCommit") == true || reference.Input.Has("publicKey") || reference.Input.Has("publicKeys"))
            throw FetchException.NotFetched(reference, "with verified signatures");
        if (reference.Input.Truth("submodules") == true && reference.Input.Truth("exportIgnore") == true)
            throw FetchException.ExportIgnoreWithSubmodules();
        if (reference.Revision is { } revision && !revision.IsRevision())
            throw FetchException.NotARevision(revision);
    }

    static bool NeedsWholeTree(FlakeRef reference) =>
        reference.Input.Truth("submodules") == true || reference.Input.Truth("exportIgnore") == true;

    // A commit never changes: what it hashes to is worked out once and for all.
    static RefAttributes KeyOf(FlakeRef reference, string commit)
    {
        var key = RefAttributes.Of(("type", "git"), ("rev", commit));
        foreach (var name in (ReadOnlySpan<string>)["submodules", "exportIgnore", "lfs"])
        {
            if (reference.Input.Truth(name) == true)
                key = key.With(name, true);
        }
        return key;
    }

    // Without ref and rev, a repository that is no bare one means the files as they lie there.
    GitRepository? WorkTreeOf(FlakeRef reference)
    {
        var url = reference.Input.Text("url")!;
        if (reference.Ref is not null || reference.Revision is not null || LocalFolder(url) is not { } folder)
            return null;
        if (!Path.Exists(folder))
            throw FetchException.NoRepository(url);
        return Path.Exists(Path.Combine(folder, ".git")) ? Local(GitPlace.OfWorkTree(folder) ?? throw FetchException.NotARepository(url), url) : null;
    }

    GitRepository Local(GitPlace place, string url) => _opened[url] = _local.GetOrAdd((place, url), _ => new(processes, place, url));

    async Task<FetchedTree> FetchWorkTreeAsync(FlakeRef reference, GitRepository repository, CancellationToken cancellationToken)
    {
        var opened = await OpenWorkTreeAsync(repository, reference, 1, cancellationToken);
        var hash = await HashAsync(repository.Url, opened.Tree, cancellationToken);
        var (input, commit) = (reference.Input, opened.State.Commit);
        if (!opened.IsDirty)
        {
            // Before the first commit there is nothing to name; forty zeros are not a lock.
            input = input.With("rev", commit?.Id ?? new string('0', 40));
            if (repository.Place.Head is { } head)
                input = input.With("ref", head);
            if (reference.Input.Truth("shallow") != true)
                input = Given(reference, input, "revCount", commit is null ? 0 : await CountAsync(repository, commit, cancellationToken));
        }
        else if (commit is not null)
        {
            input = input.With("dirtyRev", $"{commit.Id}-dirty").With("dirtyShortRev", $"{commit.Id[..7]}-dirty");
        }
        input = Given(reference, input, "lastModified", commit?.Time ?? 0);
        IReadOnlyList<Warning> warnings = opened.IsDirty ? [new($"Git tree '{repository.Place.WorkTree}' is dirty")] : [];
        return new(reference.With(input.With("narHash", hash.ToString())), opened.Files, warnings);
    }

    async Task<OpenedWorkTree> OpenWorkTreeAsync(GitRepository repository, FlakeRef reference, int depth, CancellationToken cancellationToken)
    {
        var root = repository.Place.WorkTree!;
        var state = await GitWorkTreeState.ReadAsync(repository, cancellationToken);
        var paths = reference.Input.Truth("exportIgnore") == true
            ? await GitExportIgnore.ApplyAsync(repository, state.Paths, cancellationToken)
            : state.Paths;
        SourceTree tree = new GitWorkTreeFiles(root, paths);
        TreeFiles files = GitWorkTree.Of(root, paths.Where(path => !path.EndsWith('/')));
        if (reference.Input.Truth("submodules") != true || GitPlace.Text(Path.Combine(root, GitSubmodule.File)) is not { } text)
            return new(state, state.IsDirty, tree, files);

        if (depth > GitSubmodule.MaximumDepth)
            throw FetchException.SubmodulesTooDeep(repository.Url, GitSubmodule.MaximumDepth);
        var mounts = new List<(string Path, OpenedWorkTree Opened)>();
        foreach (var submodule in GitSubmodule.Parse(text))
        {
            var folder = Path.Combine(root, submodule.Path);
            var place = GitPlace.OfWorkTree(folder) ?? throw FetchException.SubmoduleMissing(repository.Url, submodule.Path);
            mounts.Add((submodule.Path, await OpenWorkTreeAsync(Local(place, folder), reference, depth + 1, cancellationToken)));
        }
        // A submodule that is dirty makes the whole dirty; one at another commit does not.
        return new(
            state,
            state.IsDirty || mounts.Exists(mount => mount.Opened.IsDirty),
            new MountedTree(tree, mounts.Select(mount => (mount.Path, mount.Opened.Tree))),
            new MountedFiles(files, [.. mounts.Select(mount => (mount.Path, mount.Opened.Files))]));
    }

    static async Task<NarHash> HashAsync(string url, SourceTree tree, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(() => NarHash.Of(tree, cancellationToken), cancellationToken);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw FetchException.CannotReadTree(url, why);
        }
    }

    async Task<(CachedAnswer Answer, TreeFiles Files)> AnswerAsync(Found found, FlakeRef reference, CancellationToken cancellationToken)
    {
        var key = KeyOf(reference, found.Commit.Id);
        if (cache.Find(key) is { } known)
            return (known, new RememberedFiles(cache, key, known, OpenAsync));
        if (reference.Input.Truth("lfs") == true)
            await RefuseLfsAsync(found, reference, cancellationToken);
        NarHash hash;
        TreeFiles files;
        if (NeedsWholeTree(reference))
        {
            var opened = await OpenCommitAsync(found, reference, 1, cancellationToken);
            (hash, files) = (await HashAsync(opened, cancellationToken), FilesOf(opened));
        }
        else
        {
            (hash, files) = (await HashAsync(found, cancellationToken), new GitCommitFiles(found.Repository, found.Commit.Tree));
        }
        var answer = new CachedAnswer(hash.ToString(), found.Commit.Time, null, new Dictionary<string, byte[]?>());
        cache.Keep(key, answer);
        return (answer, new RememberedFiles(cache, key, answer, _ => Task.FromResult(files)));

        async Task<TreeFiles> OpenAsync(CancellationToken stop) =>
            NeedsWholeTree(reference) ? FilesOf(await OpenCommitAsync(found, reference, 1, stop)) : new GitCommitFiles(found.Repository, found.Commit.Tree);
    }

    // Without a file that says so nothing is in LFS, and the attribute changes nothing.
    static async Task RefuseLfsAsync(Found found, FlakeRef reference, CancellationToken cancellationToken)
    {
        var tree = await found.Repository.UseAsync(objects => GitTree.Read(objects, found.Commit.Tree, found.Repository.Url), cancellationToken);
        foreach (var (_, entry) in tree.Leaves().Where(leaf => leaf.Path.EndsWith(".gitattributes", StringComparison.Ordinal)))
        {
            var contents = await found.Repository.UseAsync(objects => objects.Find(entry.Id), cancellationToken);
            if (contents is var (_, bytes) && bytes.AsSpan().IndexOf("filter=lfs"u8) >= 0)
                throw FetchException.NotFetched(reference, "git LFS files");
        }
    }

    // A small tree is read through the process that is there anyway, a large one through one that need not be polite.
    static async Task<NarHash> HashAsync(Found found, CancellationToken cancellationToken)
    {
        var repository = found.Repository;
        var (tree, hash) = await repository.UseAsync(
            objects =>
            {
                var tree = GitTree.Read(objects, found.Commit.Tree, repository.Url);
                return (tree, tree.IsSmall ? tree.Hash(objects, cancellationToken) : (NarHash?)null);
            },
            cancellationToken);
        return hash ?? await HashAsync(new Opened(found, tree, []), cancellationToken);
    }

    static async Task<NarHash> HashAsync(Opened opened, CancellationToken cancellationToken)
    {
        var processes = new List<GitObjects>();
        var asking = new List<Task>();
        try
        {
            var tree = Start(opened);
            var hash = await Task.Run(() => NarHash.Of(tree, cancellationToken), cancellationToken);
            await Task.WhenAll(asking);
            foreach (var process in processes)
                await process.LastWordsAsync(cancellationToken);
            return hash;
        }
        catch (EndOfStreamException)
        {
            throw FetchException.GitFailed(opened.Found.Repository.Url, "read the files of", await processes[0].LastWordsAsync(cancellationToken));
        }
        finally
        {
            foreach (var process in processes)
                await process.DisposeAsync();
        }

        SourceTree Start(Opened one)
        {
            var objects = one.Found.Repository.StartObjects();
            processes.Add(objects);
            asking.Add(one.Tree.TakeContentsFrom(objects, cancellationToken));
            return one.Submodules.Count == 0 ? one.Tree : new MountedTree(one.Tree, one.Submodules.Select(below => (below.Path, Start(below.Tree))));
        }
    }

    async Task<Opened> OpenCommitAsync(Found found, FlakeRef reference, int depth, CancellationToken cancellationToken)
    {
        if (depth > GitSubmodule.MaximumDepth)
            throw FetchException.SubmodulesTooDeep(found.Repository.Url, GitSubmodule.MaximumDepth);
        var (repository, commit) = (found.Repository, found.Commit);
        var tree = await repository.UseAsync(objects => GitTree.Read(objects, commit.Tree, repository.Url), cancellationToken);
        if (reference.Input.Truth("exportIgnore") == true)
            tree = await GitExportIgnore.ApplyAsync(repository, commit.Id, tree, Path.Combine(cacheFolder, "tmp"), cancellationToken);
        if (reference.Input.Truth("submodules") != true || tree.Find(GitSubmodule.File) is not { Kind: TreeEntryKind.File or TreeEntryKind.Executable } file)
            return new(found, tree, []);

        var contents = await repository.UseAsync(objects => objects.Find(file.Id, LockFileReader.MaximumBytes), cancellationToken) ?? throw FetchException.BadObject(repository.Url, file.Id);
        var submodules = new List<(string, Opened)>();
        foreach (var submodule in GitSubmodule.Parse(System.Text.Encoding.UTF8.GetString(contents.Contents)))
        {
            if (tree.Find(submodule.Path) is not { IsSubmodule: true } link)
                continue;
            var input = RefAttributes.Of(
                ("type", "git"),
                ("url", submodule.Resolve(BaseOf(repository)) ?? throw FetchException.SubmoduleUrl(submodule.Path, submodule.Url)),
                ("rev", link.Id),
                ("submodules", true),
                ("allRefs", true));
            if (submodule.Branch is { Length: > 0 } branch)
                input = input.With("ref", branch == "." ? found.Ref : branch);
            var below = FlakeRef.FromAttributes(input, null);
            try
            {
                var there = await FindAsync(below, [], cancellationToken);
                if (there.Repository.IsShallow)
                    throw FetchException.Shallow(there.Repository.Url);
                submodules.Add((submodule.Path, await OpenCommitAsync(there, below, depth + 1, cancellationToken)));
            }
            catch (HostlockException why)
            {
                throw why.While($"while fetching the submodule '{submodule.Path}' of '{repository.Url}'");
            }
        }
        return new(found, tree, submodules);
    }

    // What the address of a submodule is relative to: where the superproject came from.
    static string BaseOf(GitRepository repository)
    {
        if (repository.Place.WorkTree is not { } workTree)
            return repository.Url;
        var config = GitConfig.OfRepository(repository.Place);
        var upstream = repository.Place.Head is { } head && head.StartsWith("refs/heads/", StringComparison.Ordinal)
            ? config.Text($"branch.{head["refs/heads/".Length..]}.remote")
            : null;
        return config.Text($"remote.{upstream ?? "origin"}.url") ?? config.Text("remote.origin.url") ?? workTree;
    }

    static TreeFiles FilesOf(Opened opened)
    {
        TreeFiles files = new GitTreeFiles(opened.Found.Repository, opened.Tree);
        return opened.Submodules.Count == 0 ? files : new MountedFiles(files, [.. opened.Submodules.Select(below => (below.Path, FilesOf(below.Tree)))]);
    }

    // One more than its only parent's, where that was counted before; a few steps back are read from the commits themselves.
    async Task<ulong> CountAsync(GitRepository repository, GitCommit commit, CancellationToken cancellationToken)
    {
        // What a shallow copy lacks is missing in its count: it is not to be remembered.
        if (repository.IsShallow)
            return cache.Find(CountKey(commit.Id))?.RevisionCount ?? await repository.CountAsync(commit.Id, cancellationToken);
        var at = commit;
        for (var steps = 0UL; steps < MostSteps; steps++)
        {
            if (cache.Find(CountKey(at.Id)) is { RevisionCount: { } known })
                return steps == 0 ? known : Keep(known + steps);
            if (at.Parents.Count == 0)
                return Keep(steps + 1);
            if (at.Parents.Count > 1 || GitCommit.Loose(repository.Place, at.Parents[0]) is not { } parent)
                break;
            at = parent;
        }
        return Keep(await repository.UseAsync(objects => Walk(objects, commit, repository.Url), cancellationToken) ?? await repository.CountAsync(commit.Id, cancellationToken));

        ulong Keep(ulong count)
        {
            cache.Keep(CountKey(commit.Id), new("", null, count, new Dictionary<string, byte[]?>()));
            return count;
        }

        static RefAttributes CountKey(string id) => RefAttributes.Of(("type", "git-count"), ("rev", id));
    }

    // A short history is quicker read through the process that is there than counted by another; null for a long one.
    static ulong? Walk(GitObjects objects, GitCommit tip, string url)
    {
        var seen = new HashSet<string>(tip.Parents, StringComparer.Ordinal) { tip.Id };
        var level = tip.Parents.Distinct(StringComparer.Ordinal).ToList();
        while (level.Count > 0)
        {
            if (seen.Count > MostSteps)
                return null;
            foreach (var id in level)
                objects.Ask(id);
            objects.Send();
            var parents = new List<string>();
            foreach (var id in level)
            {
                if (objects.NextHeader() is not { Kind: "commit" } header || GitCommit.Parse(id, System.Text.Encoding.Latin1.GetString(objects.ReadWhole(header))) is not { } commit)
                    throw FetchException.BadObject(url, id);
                parents.AddRange(commit.Parents.Where(seen.Add));
            }
            level = parents;
        }
        return (ulong)seen.Count;
    }

    // 2.34 compares what the user states with what is there.
    static RefAttributes Given(FlakeRef reference, RefAttributes input, string name, ulong value) =>
        reference.Input.Number(name) is { } given && given != value
            ? throw FetchException.AttributeMismatch(reference, name, $"{given}", $"{value}")
            : input.With(name, value);

    async Task<Found> FindAsync(FlakeRef reference, List<Warning> warnings, CancellationToken cancellationToken)
    {
        var url = reference.Input.Text("url")!;
        if (LocalFolder(url) is not { } folder)
            return await FindRemoteAsync(reference, url, warnings, cancellationToken);
        if (!Directory.Exists(folder))
            throw FetchException.NoRepository(url);
        if (Path.Exists(Path.Combine(folder, ".git")))
            return await FindLocalAsync(reference, Local(GitPlace.OfWorkTree(folder) ?? throw FetchException.NotARepository(url), url), warnings, cancellationToken);
        return await FindBareAsync(reference, Local(GitPlace.OfBare(folder) ?? throw FetchException.NotARepository(url), url), warnings, cancellationToken);
    }

    static async Task<Found> FindLocalAsync(FlakeRef reference, GitRepository repository, List<Warning> warnings, CancellationToken cancellationToken)
    {
        // Any name that git resolves is a ref here, and stays as it was written.
        if (reference.Revision is { } revision)
        {
            var commit = await repository.CommitAsync(revision.ToLowerInvariant(), cancellationToken) ?? throw FetchException.NoSuchRevision(repository.Url, revision);
            return new(repository, commit, reference.Ref ?? repository.Place.Head ?? Master(repository.Url, warnings));
        }
        var name = reference.Ref!;
        return new(repository, await repository.CommitAsync(name, cancellationToken) ?? throw FetchException.NoSuchRef(repository.Url, name), name);
    }

    // Nix fetches from a bare repository as from a remote one, with the names that a fetch knows; the objects are read where they are.
    static async Task<Found> FindBareAsync(FlakeRef reference, GitRepository repository, List<Warning> warnings, CancellationToken cancellationToken)
    {
        var name = reference.Ref ?? repository.Place.Head ?? Master(repository.Url, warnings);
        var commit = reference.Revision is { } revision
            ? await repository.CommitAsync(revision.ToLowerInvariant(), cancellationToken) ?? throw FetchException.NoSuchRevision(repository.Url, revision)
            : await repository.CommitAsync(FullName(name), cancellationToken) ?? throw FetchException.NoSuchRef(repository.Url, name);
        return new(repository, commit, name);
    }

    async Task<Found> FindRemoteAsync(FlakeRef reference, string url, List<Warning> warnings, CancellationToken cancellationToken)
    {
        var address = AddressOf(url);
        var isShallow = reference.Input.Truth("shallow") == true;
        var copy = _copies.Of(address, isShallow ? CopyDepth.Shallow : CopyDepth.Whole);
        var (name, wanted) = (reference.Ref, reference.Revision?.ToLowerInvariant());
        try
        {
            if (name is null || wanted is null)
            {
                var (head, tip) = await GitCopies.AskAsync(copy, name is null ? "HEAD" : FullName(name), cancellationToken);
                if (name is not null && tip is null)
                    throw FetchException.NoSuchRef(url, name);
                // A detached HEAD names no branch; Nix then tries master, whatever HEAD is at.
                if (name is null && head is null)
                    tip = null;
                if (name is null && head is not null)
                    GitCopies.RememberHead(copy, head);
                name ??= head ?? Master(url, warnings);
                // The revision alone decides where both are given; the ref is only written down.
                wanted ??= tip;
            }
            if (wanted is not null && await copy.CommitAsync(wanted, cancellationToken) is { } known)
                return new(copy, known, name);
            var full = FullName(name);
            var specification = reference.Input.Truth("allRefs") == true ? "refs/*:refs/*"
                : reference.Revision is { } revision ? revision.ToLowerInvariant()
                : $"{full}:{(full == "HEAD" ? "refs/heads/HEAD" : full)}";
            await _copies.FetchAsync(copy, isShallow ? ["--depth", "1"] : [], specification, async () => wanted is not null && await copy.CommitAsync(wanted, cancellationToken) is not null, cancellationToken);
        }
        catch (FetchException why) when (why.IsOutside && reference.Revision is null)
        {
            // What was fetched before is better than nothing, and Nix says so too.
            name ??= copy.Place.Head!;
            if (await copy.CommitAsync(FullName(name), cancellationToken) is not { } old)
                throw;
            warnings.Add(new($"could not update local clone of Git repository '{url}'; continuing with the most recent version ({why.Message})"));
            return new(copy, old, name);
        }
        return new(copy, await copy.CommitAsync(wanted ?? FullName(name), cancellationToken) ?? throw FetchException.NoSuchRevision(url, wanted ?? name), name);
    }

    static string FullName(string name) =>
        name == "HEAD" || name.StartsWith("refs/", StringComparison.Ordinal) ? name : $"refs/heads/{name}";

    static string Master(string url, List<Warning> warnings)
    {
        warnings.Add(new($"could not read HEAD ref from repo at '{url}', using 'master'"));
        return "master";
    }

    // git itself would run a program for ext:: and take a dash for an option. A dir in an old lock's url is no part of the address.
    static string AddressOf(string url)
    {
        if (url.StartsWith('-') || FlakeUrl.TryParse(url) is not { Scheme: "https" or "http" or "ssh" or "git" or "file" or "ftp" or "ftps" } parsed)
            throw FetchException.GitUrl(url, "only https, http, ssh, git, file and ftp addresses are");
        return parsed.Query.ContainsKey("dir") ? (parsed with { Query = parsed.Query.Remove("dir") }).ToString() : url;
    }

    /// <summary>The folder of a <c>file:</c> URL; null for any other.</summary>
    static string? LocalFolder(string url) =>
        FlakeUrl.TryParse(url) is { Scheme: "file" } parsed ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(parsed.PathText)) : null;
}
