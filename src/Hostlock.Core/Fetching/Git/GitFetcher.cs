using System.Text;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git;

/// <summary>
/// Follows git references to trees, in the steps remote → copy → commit → tree. A remote repository is asked for the commit of a
/// branch (<see cref="GitCopies.AskAsync"/>); a commit that this machine lacks is fetched into a bare copy in the cache
/// (<see cref="GitCopies"/>); the commit is found in the copy, or in the local repository itself (<see cref="GitCommitLookup"/>);
/// its tree is read from the objects, with the trees of its submodules (<see cref="GitCommitTree"/>), and hashed. A local reference
/// without a ref and a revision takes the work tree instead of a commit (<see cref="OpenWorkTree"/>). The git program talks to
/// servers, with the user's own ssh, credentials and proxies; nothing is checked out.
/// </summary>
/// <remarks>Nix 2.34.8, libfetchers/git.cc.</remarks>
sealed class GitFetcher : IDisposable
{
    readonly GitRepositories _repositories;
    readonly GitCommitLookup _lookup;
    readonly GitRevisionCount _count;
    readonly FetchCache _cache;
    readonly string _temporaryFolder;

    /// <param name="processes">The seam to git.</param>
    /// <param name="cacheFolder">The folder of hostlock's cache, which holds the copies of repositories: <c>~/.cache/hostlock</c>.</param>
    /// <param name="cache">The answers of earlier runs.</param>
    /// <param name="mode">The choice between the cache and the network.</param>
    public GitFetcher(IProcessRunner processes, string cacheFolder, FetchCache cache, FetchMode mode = FetchMode.Usual)
    {
        (_cache, _temporaryFolder) = (cache, Path.Combine(cacheFolder, "tmp"));
        _repositories = new(processes, cacheFolder, mode);
        _lookup = new(_repositories);
        _count = new(cache);
        Revisions = new(_repositories, _lookup);
    }

    /// <summary>Answers about the commits of the same repositories, without their trees.</summary>
    public GitRevisions Revisions { get; }

    /// <summary>Follows a reference to a tree.</summary>
    /// <exception cref="FetchException">The repository, the ref or the commit does not exist or cannot be reached.</exception>
    public async Task<FetchedTree> FetchAsync(FlakeRef reference, CancellationToken cancellationToken)
    {
        Refuse(reference);
        return _repositories.WorkTreeOf(reference) is { } repository
            ? await FetchWorkTreeAsync(reference, repository, cancellationToken)
            : await FetchCommitAsync(reference, cancellationToken);
    }

    /// <summary>
    /// The files of a tree that a lock pins, if an earlier run has read that tree from a commit, or from a work tree that may have differed
    /// from its commit. Null if the tree has to be fetched.
    /// </summary>
    /// <param name="locked">The reference in the lock.</param>
    /// <param name="fetch">Fetches the tree, for files that are not remembered.</param>
    /// <exception cref="FetchException">hostlock does not fetch such a reference.</exception>
    public TreeFiles? Remember(FlakeRef locked, Func<CancellationToken, Task<TreeFiles>> fetch)
    {
        Refuse(locked);
        return (
            locked.Revision is { } revision
                ? RememberedFiles.Find(_cache, KeyOf(locked, revision.ToLowerInvariant()), locked.NarHash, fetch)
                : null)
            ?? (locked.NarHash is { } hash ? RememberedFiles.Find(_cache, KeyOf(hash), hash, fetch) : null);
    }

    /// <summary>The reference to fetch for one in a lock, which may be that of a work tree before its first commit.</summary>
    public static FlakeRef Fetchable(FlakeRef locked) =>
        locked.Revision is { } revision && Revision.IsNone(revision)
            ? locked.With(locked.Input.Without("rev").Without("ref"))
            : locked;

    /// <summary>Ends the git processes that answered questions about objects.</summary>
    public void Dispose() => _repositories.Dispose();

    static void Refuse(FlakeRef reference)
    {
        if (reference.Input.Truth("verifyCommit") == true || reference.Input.Has("publicKey") || reference.Input.Has("publicKeys"))
            throw FetchException.NotFetched(reference, "with verified signatures");
        if (HasSubmodules(reference) && IsExported(reference))
            throw FetchException.ExportIgnoreWithSubmodules();
        if (reference.Revision is { } revision && !Revision.Is(revision))
            throw FetchException.NotARevision(revision);
    }

    static bool HasSubmodules(FlakeRef reference) => reference.Input.Truth("submodules") == true;

    static bool IsExported(FlakeRef reference) => reference.Input.Truth("exportIgnore") == true;

    // The tree of a work tree.

    async Task<FetchedTree> FetchWorkTreeAsync(FlakeRef reference, GitRepository repository, CancellationToken cancellationToken)
    {
        var opened = await OpenWorkTreeAsync(reference, repository, cancellationToken);
        var caught = FlakeFiles.Catch();
        var hash = await HashAsync(repository.Url, opened.Tree, caught, cancellationToken);
        var (input, commit) = (reference.Input, opened.State.Commit);
        if (!opened.IsDirty)
        {
            // Nix keeps the tree in its store from now on, even if the files change. Several commits may have one tree.
            _cache.Keep(KeyOf(hash.ToString()), CachedAnswer.Of(hash, null, caught));
            // Before the first commit, no revision exists, and the zeros in its place do not lock the input.
            input = input.With("rev", (commit?.Id ?? Revision.None).ToString());
            if (repository.Place.Head is { } head)
                input = input.With("ref", head);
            if (reference.Input.Truth("shallow") != true)
                input = Given(
                    reference, input, "revCount", commit is null ? 0 : await _count.OfAsync(repository, commit, cancellationToken));
        }
        else if (commit is not null)
        {
            input = input.With("dirtyRev", $"{commit.Id}-dirty").With("dirtyShortRev", $"{commit.Id.Shortened}-dirty");
        }
        input = Given(reference, input, "lastModified", commit?.Time.Seconds ?? 0);
        IReadOnlyList<Warning> warnings = opened.IsDirty ? [new($"Git tree '{repository.Place.WorkTree}' is dirty")] : [];
        return new(reference.With(input.With("narHash", hash.ToString())), opened.Files, warnings);
    }

    Task<OpenWorkTree> OpenWorkTreeAsync(FlakeRef reference, GitRepository repository, CancellationToken cancellationToken) =>
        OpenWorkTree.OpenAsync(repository, _repositories, IsExported(reference), HasSubmodules(reference), cancellationToken);

    static async Task<NarHash> HashAsync(string url, SourceTree tree, CaughtFiles caught, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(() => NarWriter.Hash(tree, caught, cancellationToken), cancellationToken);
        }
        catch (DeniedException denied)
        {
            throw denied.Told;
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw FetchException.CannotReadTree(url, why);
        }
    }

    // The tree of a commit.

    async Task<FetchedTree> FetchCommitAsync(FlakeRef reference, CancellationToken cancellationToken)
    {
        var warnings = new List<Warning>();
        var found = await _lookup.FindAsync(reference, warnings, cancellationToken);
        var isShallow = reference.Input.Truth("shallow") == true;
        if (!isShallow && found.Repository.IsShallow)
            throw FetchException.Shallow(found.Repository.Url);
        var (answer, files) = await AnswerAsync(found, reference, cancellationToken);

        var input = reference.Input.With("rev", reference.Revision ?? found.Commit.Id.ToString()).With("ref", found.Ref);
        input = Given(reference, input, "lastModified", found.Commit.Time.Seconds);
        if (!isShallow)
            input = Given(reference, input, "revCount", await _count.OfAsync(found.Repository, found.Commit, cancellationToken));
        return new(reference.With(input.With("narHash", answer.NarHash)), files, warnings) { Stale = found.Stale };
    }

    // Nix 2.34 compares an attribute that the user states with the real value.
    static RefAttributes Given(FlakeRef reference, RefAttributes input, string name, ulong value) =>
        reference.Input.Number(name) is { } given && given != value
            ? throw FetchException.AttributeMismatch(reference, name, $"{given}", $"{value}")
            : input.With(name, value);

    // A commit never changes, so its hash is worked out once and kept.
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

    // The contents of a work tree are identified by their hash alone.
    static RefAttributes KeyOf(string narHash) => RefAttributes.Of(("type", "git"), ("narHash", narHash));

    async Task<(CachedAnswer Answer, TreeFiles Files)> AnswerAsync(
        FoundCommit found, FlakeRef reference, CancellationToken cancellationToken)
    {
        var key = KeyOf(reference, found.Commit.Id.ToString());
        if (_cache.Find(key) is { } known)
            return (known, new RememberedFiles(_cache, key, known, stop => FilesAsync(found, reference, stop)));
        if (reference.Input.Truth("lfs") == true)
            await RefuseLfsAsync(found, reference, cancellationToken);
        NarHash hash;
        TreeFiles files;
        if (NeedsWholeTree(reference))
        {
            var opened = await OpenAsync(found, reference, 1, cancellationToken);
            (hash, files) = (await opened.HashAsync(cancellationToken), opened.Files);
        }
        else
        {
            (hash, files) = (
                await GitCommitTree.HashAsync(found, cancellationToken), new GitCommitFiles(found.Repository, found.Commit.Tree));
        }
        var answer = new CachedAnswer(hash.ToString(), found.Commit.Time, null, new Dictionary<TreePath, byte[]?>());
        _cache.Keep(key, answer);
        return (answer, new RememberedFiles(_cache, key, answer, _ => Task.FromResult(files)));
    }

    async Task<TreeFiles> FilesAsync(
        FoundCommit found, FlakeRef reference, CancellationToken cancellationToken) => NeedsWholeTree(reference)
        ? (await OpenAsync(found, reference, 1, cancellationToken)).Files
        : new GitCommitFiles(found.Repository, found.Commit.Tree);

    static bool NeedsWholeTree(FlakeRef reference) => HasSubmodules(reference) || IsExported(reference);

    // Without a .gitattributes that names LFS, no file is in LFS, and the attribute changes nothing.
    static async Task RefuseLfsAsync(FoundCommit found, FlakeRef reference, CancellationToken cancellationToken)
    {
        var tree = await found.Repository.TreeAsync(found.Commit.Tree, cancellationToken);
        foreach (var (_, entry) in tree.Leaves().Where(leaf => leaf.Path.Bytes.EndsWith(".gitattributes"u8)))
        {
            var contents = await found.Repository.BlobAsync(
                entry.Id, (int)GitRules.MaximumBytes, $"a .gitattributes of '{found.Repository.Url}'", cancellationToken);
            if (contents.AsSpan().IndexOf("filter=lfs"u8) >= 0)
                throw FetchException.NotFetched(reference, "git LFS files");
        }
    }

    // Opens the tree of a commit, and then those of its submodules, each of which is found by a reference of its own.
    async Task<GitCommitTree> OpenAsync(FoundCommit found, FlakeRef reference, int depth, CancellationToken cancellationToken)
    {
        if (depth > GitSubmodule.MaximumDepth)
            throw FetchException.SubmodulesTooDeep(found.Repository.Url, GitSubmodule.MaximumDepth);
        var (repository, commit) = (found.Repository, found.Commit);
        var tree = await repository.TreeAsync(commit.Tree, cancellationToken);
        if (IsExported(reference))
            tree = await GitExportIgnore.ApplyAsync(repository, commit.Id, tree, _temporaryFolder, cancellationToken);
        if (!HasSubmodules(reference)
            || tree.Find(TreePath.Parse(GitSubmodule.File)) is not { Kind: TreeEntryKind.File or TreeEntryKind.Executable } file)
            return new(found, tree, []);

        var contents = await repository.BlobAsync(
                file.Id, GitSubmodule.MaximumBytes, $"{GitSubmodule.File} of '{repository.Url}'", cancellationToken)
            ?? throw FetchException.BadObject(repository.Url, file.Id);
        var submodules = new List<(TreePath, GitCommitTree)>();
        foreach (var submodule in GitSubmodule.Parse(Encoding.UTF8.GetString(contents)))
        {
            if (tree.Find(submodule.Path) is not { IsSubmodule: true } link)
                continue;
            var below = submodule.Reference(repository, Revision.Parse(link.Id), found.Ref);
            try
            {
                var there = await _lookup.FindAsync(below, [], cancellationToken);
                if (there.Repository.IsShallow)
                    throw FetchException.Shallow(there.Repository.Url);
                submodules.Add((submodule.Path, await OpenAsync(there, below, depth + 1, cancellationToken)));
            }
            catch (HostlockException why)
            {
                throw why.While($"while fetching the submodule '{submodule.Path}' of '{repository.Url}'");
            }
        }
        return new(found, tree, submodules);
    }
}
