using System.Diagnostics;
using Hostlock.Fetching.Folders;
using Hostlock.Fetching.Forges;
using Hostlock.Fetching.Git;
using Hostlock.Fetching.Http;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching;

/// <summary>
/// Follows references to trees: registry, newest revision, contents, hash. Each reference is followed once in a run, and all hosts and
/// inputs that have it get the same answer. The location of its tree (<see cref="TreeLocation"/>) decides how it is followed.
/// </summary>
/// <remarks>Nix 2.34.8, libfetchers/fetchers.cc, Input::fetchToStore and what it calls.</remarks>
public sealed class FlakeFetcher : IFlakeSource, IAsyncDisposable
{
    const int AtOnce = 12;

    readonly NixSettings _settings;
    readonly HttpDownloads _downloads;
    readonly FetchCache _cache;
    readonly IFetchWatcher? _watcher;
    readonly Registries _registries;
    readonly DownloadedArchives _archives;
    readonly TarballFetcher _tarballs;
    readonly ForgeFetcher _forges;
    readonly ForgeRevisions _revisions;
    readonly FolderFetcher _folders;
    readonly GitFetcher _git;
    readonly SemaphoreSlim _room = new(AtOnce, AtOnce);
    readonly AskedOnce<RefAttributes, FetchedTree> _fetched = new();
    readonly AskedOnce<RefAttributes, TreeFiles> _read = new();
    readonly AskedOnce<(RefAttributes, DateTimeOffset?), NewestRevision?> _newest = new();
    readonly AskedOnce<(string, Revision, Revision), RevisionDistance?> _distances = new();

    // A question that was asked once is for all callers, so only the end of the run stops it.
    readonly CancellationTokenSource _end = new();

    // Null as long as the run goes on.
    Task? _ended;

    /// <param name="processes">The seam to git.</param>
    /// <param name="downloads">The seam to HTTP; disposed of with the fetcher.</param>
    /// <param name="settings">The settings in nix.conf.</param>
    /// <param name="cacheFolder">The folder of answers and of copies of repositories: <c>~/.cache/hostlock</c>.</param>
    /// <param name="watcher">Is told how fetches go; null for nobody.</param>
    /// <param name="mode">The choice between the cache and the network.</param>
    public FlakeFetcher(
        IProcessRunner processes, HttpDownloads downloads, NixSettings settings, string cacheFolder, IFetchWatcher? watcher = null,
        FetchMode mode = FetchMode.Usual)
    {
        var temporaryFolder = Path.Combine(cacheFolder, "tmp");
        (_downloads, _settings, _watcher) = (downloads, settings, watcher);
        _cache = new(cacheFolder);
        _registries = new(settings, downloads, settings.Registry);
        _archives = new(temporaryFolder);
        _tarballs = new(downloads, _archives, _cache, temporaryFolder, mode);
        _forges = new(downloads, settings, _archives, _cache);
        _revisions = new(downloads, settings);
        _folders = new(_cache);
        _git = new(processes, cacheFolder, _cache, mode);
    }

    /// <inheritdoc/>
    public IFlakeSource WithRegistry(string registry) => new WithOtherRegistry(this, new(_settings, _downloads, registry));

    /// <inheritdoc/>
    public void Asked(FlakeRef reference, InputPath input) => _watcher?.Asked(reference, input);

    /// <inheritdoc/>
    public Task<FetchedTree> FetchAsync(FlakeRef reference, RegistryScope registries, CancellationToken cancellationToken) =>
        FetchAsync(_registries, reference, registries, cancellationToken);

    /// <inheritdoc/>
    public Task<TreeFiles> ReadAsync(FlakeRef locked, CancellationToken cancellationToken) =>
        _read.AskAsync(locked.Input, () => ReadAnewAsync(locked.With(directory: ""), _end.Token), cancellationToken);

    /// <inheritdoc/>
    public bool IsAtHand(FlakeRef locked) =>
        Remembered(locked.With(directory: ""), _ => Task.FromResult<TreeFiles>(new NoFiles())) is not null;

    /// <inheritdoc/>
    public Task<NewestRevision?> NewestAsync(FlakeRef reference, DateTimeOffset? before, CancellationToken cancellationToken) =>
        NewestAsync(_registries, reference, before, cancellationToken);

    /// <inheritdoc/>
    public Task<RevisionDistance?> DistanceAsync(FlakeRef earlier, FlakeRef later, CancellationToken cancellationToken) =>
        Revisions(earlier, later) is var (repository, from, to) && from != to
            ? _distances.AskAsync((repository, from, to), () => DistanceAnewAsync(later, from, to, _end.Token), cancellationToken)
            : Task.FromResult<RevisionDistance?>(null);

    /// <inheritdoc/>
    public Task<IReadOnlyList<NewestRevision>> BetweenAsync(FlakeRef earlier, FlakeRef later, CancellationToken cancellationToken) =>
        Revisions(earlier, later) is var (repository, from, to)
            ? _git.Revisions.BetweenAsync(repository, (from, earlier.LastModified), to, cancellationToken)
            : throw FetchException.NoHistory(later);

    /// <summary>Lists commits after one revision up to another: from a repository on this machine, or by one request to a forge. Null if
    /// the two are of no such repository.</summary>
    /// <param name="earlier">The first revision.</param>
    /// <param name="later">The other.</param>
    /// <param name="most">The most titles that are wanted.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The forge cannot be asked, or there is no repository.</exception>
    public async Task<CommitList?> CommitsAsync(FlakeRef earlier, FlakeRef later, int most, CancellationToken cancellationToken)
    {
        if (Revisions(earlier, later) is not var (_, from, to))
            return null;
        return Locate(later) is TreeLocation.GitRepository(var url)
            ? await _git.Revisions.TitlesAsync(url, from, to, most, cancellationToken)
            : await _revisions.CommitsAsync(later, from, to, most, cancellationToken);
    }

    /// <summary>Stops the fetches that still run, waits for their end, and releases what they used.</summary>
    /// <remarks>A second call waits for the first. Never throws.</remarks>
    public ValueTask DisposeAsync() => new(_ended ??= EndAsync());

    async Task EndAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_fetched.EndAsync(), _read.EndAsync(), _newest.EndAsync(), _distances.EndAsync());
        _archives.Dispose();
        _git.Dispose();
        _downloads.Dispose();
        _room.Dispose();
        _end.Dispose();
    }

    // Two revisions of one repository. A lock may have any text as a revision, so it is checked before git gets it.
    static (string Repository, Revision From, Revision To)? Revisions(FlakeRef earlier, FlakeRef later) =>
        later.GitAddress is { } repository && repository == earlier.GitAddress
        && earlier.Commit is { } from && later.Commit is { } to
            ? (repository, from, to)
            : null;

    TreeLocation Locate(FlakeRef reference) => reference.Scheme.Locate(reference.Input, TokenHeader.For(reference, _settings) is not null);

    async Task<FetchedTree> FetchAsync(Registries all, FlakeRef reference, RegistryScope registries, CancellationToken cancellationToken)
    {
        var resolved = await all.ResolveAsync(reference, registries);
        // The subdirectory is not part of what is fetched.
        var fetched = await _fetched.AskAsync(
            resolved.Input, () => FetchAnewAsync(resolved.With(directory: ""), reference, _end.Token), cancellationToken);
        return fetched with
        {
            Resolved = resolved,
            Warnings = reference.IsIndirect ? [.. all.Warnings, .. fetched.Warnings] : fetched.Warnings,
        };
    }

    async Task<FetchedTree> FetchAnewAsync(FlakeRef reference, FlakeRef asked, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        var isDone = false;
        try
        {
            _watcher?.Began(reference, asked);
            var fetched = await FetchFromAsync(
                Locate(reference), reference, _watcher is null ? null : new(_watcher, reference), cancellationToken);
            if (reference.NarHash is { } stated && NarHash.TryParse(stated)?.ToString() != fetched.Locked.NarHash)
                throw FetchException.HashMismatch(reference, stated, fetched.Locked.NarHash!);
            isDone = true;
            return fetched;
        }
        catch (HostlockException why)
        {
            throw why.While($"while fetching the input '{reference}'");
        }
        finally
        {
            _watcher?.Ended(reference, isDone);
            _room.Release();
        }
    }

    async Task<FetchedTree> FetchFromAsync(
        TreeLocation location, FlakeRef reference, WatchedTransfer? transfer, CancellationToken cancellationToken)
    {
        switch (location)
        {
            case TreeLocation.Branch(var question):
                var pinned = reference.Apply(null, (await _revisions.AskAsync(reference, question, cancellationToken)).Id.ToString());
                return await FetchFromAsync(Locate(pinned), pinned, transfer, cancellationToken);
            case TreeLocation.Snapshot snapshot:
                return await _forges.FetchAsync(reference, snapshot, transfer, cancellationToken);
            case TreeLocation.Archive(var url):
                return await _tarballs.FetchAsync(reference, url, transfer, cancellationToken);
            case TreeLocation.SingleFile(var url):
                return await _tarballs.FetchFileAsync(reference, url, cancellationToken);
            case TreeLocation.GitRepository:
                return await _git.FetchAsync(reference, cancellationToken);
            case TreeLocation.Folder(var path):
                return _folders.Fetch(reference, path, cancellationToken);
            case TreeLocation.NotFetched(var what):
                throw FetchException.NotFetched(reference, what);
            default:
                throw new UnreachableException();
        }
    }

    // The tree must be the one that the lock pins: either an earlier run has hashed it, or it is fetched and hashed now.
    async Task<TreeFiles> ReadAnewAsync(FlakeRef locked, CancellationToken cancellationToken)
    {
        return Remembered(locked, FetchAsync) ?? await FetchAsync(cancellationToken);

        async Task<TreeFiles> FetchAsync(CancellationToken stop) =>
            (await FetchAnewAsync(IsGit(locked) ? GitFetcher.Fetchable(locked) : locked, locked, stop)).Files;
    }

    // The files of a pinned tree that an earlier run has read; null if none has.
    TreeFiles? Remembered(FlakeRef locked, Func<CancellationToken, Task<TreeFiles>> fetch) => IsGit(locked)
        ? _git.Remember(locked, fetch)
        : RememberedFiles.Find(_cache, locked.Identity, locked.NarHash, fetch);

    bool IsGit(FlakeRef reference) => Locate(reference) is TreeLocation.GitRepository;

    async Task<NewestRevision?> NewestAsync(Registries all, FlakeRef reference, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        var resolved = await all.ResolveAsync(reference, RegistryScope.Limited);
        return await _newest.AskAsync(
            (resolved.Input, before), () => NewestAnewAsync(resolved.With(directory: ""), before, _end.Token), cancellationToken);
    }

    async Task<NewestRevision?> NewestAnewAsync(FlakeRef reference, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        if (reference.Revision is { } own)
            return new(Revision.TryParse(own) ?? throw FetchException.NotARevision(own), null);
        await _room.WaitAsync(cancellationToken);
        try
        {
            return Locate(reference) switch
            {
                TreeLocation.GitRepository => await _git.Revisions.NewestAsync(reference, before, cancellationToken),
                TreeLocation.Branch(var question) when before is { } time =>
                    await _revisions.AskBeforeAsync(reference, time, cancellationToken)
                    ?? await _git.Revisions.NewestAsync(
                        reference.GitAddress!,
                        (await _revisions.AskAsync(reference, question, cancellationToken)).Id,
                        time,
                        cancellationToken),
                TreeLocation.Branch(var question) => await _revisions.AskAsync(reference, question, cancellationToken),
                _ => before is null ? null : throw FetchException.NoAges(reference),
            };
        }
        finally
        {
            _room.Release();
        }
    }

    async Task<RevisionDistance?> DistanceAnewAsync(FlakeRef later, Revision from, Revision to, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        try
        {
            return Locate(later) is TreeLocation.GitRepository(var url)
                ? await _git.Revisions.DistanceAsync(url, from, to, cancellationToken)
                : await _revisions.DistanceAsync(later, from, to, cancellationToken);
        }
        catch (HostlockException)
        {
            return null; // the distance only adds to the dates, so it may be unknown
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>The fetcher with other registries. It shares everything that was fetched and remembered.</summary>
    sealed class WithOtherRegistry(FlakeFetcher fetcher, Registries registries) : IFlakeSource
    {
        public IFlakeSource WithRegistry(string registry) => fetcher.WithRegistry(registry);

        public void Asked(FlakeRef reference, InputPath input) => fetcher.Asked(reference, input);

        public Task<FetchedTree> FetchAsync(FlakeRef reference, RegistryScope scope, CancellationToken cancellationToken) =>
            fetcher.FetchAsync(registries, reference, scope, cancellationToken);

        public Task<TreeFiles> ReadAsync(FlakeRef locked, CancellationToken cancellationToken) =>
            fetcher.ReadAsync(locked, cancellationToken);

        public bool IsAtHand(FlakeRef locked) => fetcher.IsAtHand(locked);

        public Task<NewestRevision?> NewestAsync(FlakeRef reference, DateTimeOffset? before, CancellationToken cancellationToken) =>
            fetcher.NewestAsync(registries, reference, before, cancellationToken);

        public Task<RevisionDistance?> DistanceAsync(FlakeRef earlier, FlakeRef later, CancellationToken cancellationToken) =>
            fetcher.DistanceAsync(earlier, later, cancellationToken);

        public Task<IReadOnlyList<NewestRevision>> BetweenAsync(FlakeRef earlier, FlakeRef later, CancellationToken cancellationToken) =>
            fetcher.BetweenAsync(earlier, later, cancellationToken);
    }
}
