using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Hostlock.Fetching.Archives;
using Hostlock.Fetching.Folders;
using Hostlock.Fetching.Git;
using Hostlock.Fetching.Http;
using Hostlock.Flakes;
using Hostlock.Flakes.Schemes;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching;

/// <summary>
/// References to trees, for real: registry, newest revision, contents, hash. Each reference is followed once a run, however
/// many hosts and inputs ask, and each gets the same answer.
/// </summary>
/// <remarks>Nix 2.34.8, libfetchers/fetchers.cc, Input::fetchToStore and what it calls.</remarks>
public sealed class FlakeFetcher : IFlakeSource, IDisposable
{
    const int AtOnce = 12;

    readonly NixSettings _settings;
    readonly HttpDownloads _downloads;
    readonly FetchCache _cache;
    readonly string _cacheFolder;
    readonly IFetchWatcher? _watcher;
    readonly GitFetcher _git;
    readonly Registries _registries;
    readonly SemaphoreSlim _room = new(AtOnce, AtOnce);
    readonly ConcurrentDictionary<RefAttributes, Lazy<Task<FetchedTree>>> _fetched = [];
    readonly ConcurrentDictionary<RefAttributes, Lazy<Task<TreeFiles>>> _read = [];
    readonly ConcurrentDictionary<(RefAttributes, DateTimeOffset?), Lazy<Task<NewestRevision?>>> _newest = [];
    readonly ConcurrentDictionary<RefAttributes, Lazy<Task<(CachedAnswer, TreeFiles)>>> _archives = [];
    readonly ConcurrentDictionary<(string, string, string), Lazy<Task<RevisionDistance?>>> _distances = [];
    readonly ConcurrentBag<IDisposable> _open = [];

    // What is fetched is for all who ask for it: an asker who gives up stops waiting, and only the end of the run stops the fetch.
    readonly CancellationTokenSource _end = new();

    /// <param name="processes">The seam to git.</param>
    /// <param name="downloads">The seam to HTTP.</param>
    /// <param name="settings">What nix.conf says.</param>
    /// <param name="cacheFolder">Where answers and copies of repositories are kept: <c>~/.cache/hostlock</c>.</param>
    /// <param name="watcher">Told of fetches as they go on, or null.</param>
    public FlakeFetcher(IProcessRunner processes, HttpDownloads downloads, NixSettings settings, string cacheFolder, IFetchWatcher? watcher = null)
    {
        (_downloads, _settings, _cacheFolder, _watcher) = (downloads, settings, cacheFolder, watcher);
        _cache = new(cacheFolder);
        _git = new(processes, cacheFolder, _cache);
        _registries = new(settings, downloads, settings.Registry);
    }

    string TemporaryFolder => Path.Combine(_cacheFolder, "tmp");

    public IFlakeSource WithRegistry(string registry) => new Elsewhere(this, new(_settings, _downloads, registry));

    public Task<FetchedTree> FetchAsync(FlakeRef reference, RegistryScope registries, CancellationToken cancellationToken) =>
        FetchAsync(_registries, reference, registries, cancellationToken);

    async Task<FetchedTree> FetchAsync(Registries all, FlakeRef reference, RegistryScope registries, CancellationToken cancellationToken)
    {
        var resolved = await all.ResolveAsync(reference, registries);
        // The subdirectory is no part of what is fetched.
        var fetched = await _fetched.GetOrAdd(resolved.Input, _ => new(() => FetchAnewAsync(resolved.With(directory: ""), _end.Token))).Value.WaitAsync(cancellationToken);
        return fetched with { Resolved = resolved };
    }

    public Task<TreeFiles> ReadAsync(FlakeRef locked, CancellationToken cancellationToken) =>
        _read.GetOrAdd(locked.Input, _ => new(() => ReadAnewAsync(locked.With(directory: ""), _end.Token))).Value.WaitAsync(cancellationToken);

    public Task<NewestRevision?> NewestAsync(FlakeRef reference, DateTimeOffset? before, CancellationToken cancellationToken) =>
        NewestAsync(_registries, reference, before, cancellationToken);

    async Task<NewestRevision?> NewestAsync(Registries all, FlakeRef reference, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        var resolved = await all.ResolveAsync(reference, RegistryScope.Limited);
        return await _newest.GetOrAdd((resolved.Input, before), _ => new(() => AskNewestAsync(resolved.With(directory: ""), before, _end.Token))).Value.WaitAsync(cancellationToken);
    }

    public Task<RevisionDistance?> DistanceAsync(FlakeRef earlier, FlakeRef later, CancellationToken cancellationToken) =>
        Revisions(earlier, later) is var (repository, from, to) && from != to
            ? _distances.GetOrAdd((repository, from, to), _ => new(() => AskDistanceAsync(repository, later, from, to, _end.Token))).Value.WaitAsync(cancellationToken)
            : Task.FromResult<RevisionDistance?>(null);

    public Task<IReadOnlyList<NewestRevision>> BetweenAsync(FlakeRef earlier, FlakeRef later, CancellationToken cancellationToken) =>
        Revisions(earlier, later) is var (repository, from, to)
            ? _git.BetweenAsync(repository, (from, earlier.LastModified), to, cancellationToken)
            : throw FetchException.NoHistory(later);

    // Two revisions of one repository. What a lock calls a revision may be anything, and git is to take it for nothing else.
    static (string Repository, string From, string To)? Revisions(FlakeRef earlier, FlakeRef later) =>
        RepositoryOf(later) is { } repository && repository == RepositoryOf(earlier)
        && earlier.Revision?.ToLowerInvariant() is { } from && later.Revision?.ToLowerInvariant() is { } to && from.IsRevision() && to.IsRevision()
            ? (repository, from, to)
            : null;

    // Where git finds the commits of what is locked.
    static string? RepositoryOf(FlakeRef locked) => locked.Scheme switch
    {
        GitScheme => locked.Input.Text("url"),
        ForgeScheme forge => forge.GitAddress(locked.Input),
        _ => null,
    };

    async Task<RevisionDistance?> AskDistanceAsync(string repository, FlakeRef later, string from, string to, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        try
        {
            if (later.Scheme is not ForgeScheme forge)
                return await _git.DistanceAsync(repository, from, to, cancellationToken);
            if (HeaderFor(forge, later) is not { } header || forge.AskDistance(later.Input, from, to) is not { } question)
                return null;
            using var document = JsonDocument.Parse(await _downloads.GetTextAsync(question.Url, header, cancellationToken));
            var answer = document.RootElement;
            return question is DistanceQuery.MergeBase
                ? new(answer.GetProperty("id").GetString() == from, null)
                : new(answer.GetProperty("status").GetString() is "ahead" or "identical", answer.GetProperty("ahead_by").GetUInt64());
        }
        catch (Exception why) when (why is HostlockException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null; // it was only asked to say more than the dates do
        }
        finally
        {
            _room.Release();
        }
    }

    public void Dispose()
    {
        _end.Cancel();
        foreach (var tree in _open)
            tree.Dispose();
        _git.Dispose();
        _downloads.Dispose();
        _room.Dispose();
        _end.Dispose();
    }

    async Task<NewestRevision?> AskNewestAsync(FlakeRef reference, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        if (reference.Revision is { } own)
            return new(own.ToLowerInvariant(), null);
        await _room.WaitAsync(cancellationToken);
        try
        {
            switch (reference.Scheme)
            {
                case GitScheme:
                    return await _git.NewestAsync(reference, before, cancellationToken);
                case ForgeScheme forge:
                    var header = HeaderFor(forge, reference);
                    if (before is { } day && forge.AskRevision(reference.Input) is RevisionQuery.RefList refs)
                        return await _git.NewestAsync(forge.GitAddress(reference.Input), await AskAsync(reference, refs, header, cancellationToken), day, cancellationToken);
                    var question = before is null
                        ? forge.AskRevision(reference.Input)
                        : forge.AskRevisionBefore(reference.Input, before.Value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture)) ?? throw FetchException.NoAges(reference);
                    return question switch
                    {
                        RevisionQuery.Json json => await AskAsync(json, header, cancellationToken),
                        RevisionQuery.RefList list => new(await AskAsync(reference, list, header, cancellationToken), null),
                        _ => throw new UnreachableException(),
                    };
                default:
                    return before is null ? null : throw FetchException.NoAges(reference);
            }
        }
        finally
        {
            _room.Release();
        }
    }

    TokenHeader? HeaderFor(ForgeScheme forge, FlakeRef reference)
    {
        var host = ForgeScheme.HostOf(reference.Input, forge.DefaultHost);
        var token = _settings.TokenFor(host, reference.Input.Text("owner"), reference.Input.Text("repo"));
        return token is null ? null : new(host, forge.TokenHeader(token).Name, forge.TokenHeader(token).Value);
    }

    async Task<FetchedTree> FetchAnewAsync(FlakeRef reference, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        var isDone = false;
        try
        {
            _watcher?.Began(reference);
            var fetched = await FetchByTypeAsync(reference, cancellationToken);
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

    async Task<FetchedTree> FetchByTypeAsync(FlakeRef reference, CancellationToken cancellationToken) => reference.Scheme switch
    {
        GitScheme => await _git.FetchAsync(reference, cancellationToken),
        ForgeScheme forge => await FetchForgeAsync(forge, reference, cancellationToken),
        PathScheme => FetchFolder(reference, cancellationToken),
        TarballScheme when reference.Type == "tarball" => await FetchTarballAsync(reference, cancellationToken),
        TarballScheme => await FetchFileAsync(reference, cancellationToken),
        MercurialScheme => throw FetchException.NotFetched(reference, "Mercurial repositories"),
        var other => throw FetchException.NotFetched(reference, $"inputs of type '{other.Name}'"),
    };

    async Task<TreeFiles> ReadAnewAsync(FlakeRef locked, CancellationToken cancellationToken)
    {
        if (locked.Scheme is GitScheme)
            return await _git.ReadAsync(locked, cancellationToken);
        var key = Pinned(locked);
        if (locked.NarHash is { } hash && _cache.Find(key) is { } known && known.NarHash == hash)
            return new RememberedFiles(_cache, key, known, stop => FetchLockedAsync(locked, stop));
        return await FetchLockedAsync(locked, cancellationToken);
    }

    // What a lock pins has to be what is there.
    async Task<TreeFiles> FetchLockedAsync(FlakeRef locked, CancellationToken cancellationToken) =>
        (await FetchAnewAsync(locked, cancellationToken)).Files;

    async Task<FetchedTree> FetchForgeAsync(ForgeScheme forge, FlakeRef reference, CancellationToken cancellationToken)
    {
        var header = HeaderFor(forge, reference);
        var revision = forge.AskRevision(reference.Input) switch
        {
            null => reference.Revision!.ToLowerInvariant(),
            RevisionQuery.Json question => (await AskAsync(question, header, cancellationToken)).Id,
            RevisionQuery.RefList question => await AskAsync(reference, question, header, cancellationToken),
            _ => throw new UnreachableException(),
        };
        var pinned = reference.Input.Without("ref").With("rev", revision);
        var location = (TreeLocation.Archive)forge.Locate(pinned, header is not null)!;
        var tree = await ArchiveAsync(reference, Pinned(reference.With(pinned)), location.Url, location.TokenHost is null ? null : header, cancellationToken);
        if (reference.LastModified is { } stated && stated != (tree.Answer.LastModified ?? 0))
            throw FetchException.AttributeMismatch(reference, "lastModified", $"{stated}", $"{tree.Answer.LastModified ?? 0}");
        pinned = pinned.With("narHash", tree.Answer.NarHash).With("lastModified", tree.Answer.LastModified ?? 0);
        return new(reference.With(pinned), tree.Files, []);
    }

    async Task<NewestRevision> AskAsync(RevisionQuery.Json question, TokenHeader? header, CancellationToken cancellationToken)
    {
        var answer = await _downloads.GetTextAsync(question.Url, header, cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(answer);
            var at = document.RootElement;
            if (question.InFirstElement)
                at = at.ValueKind == JsonValueKind.Array && at.GetArrayLength() > 0 ? at[0] : throw FetchException.BadAnswer(question.Url, "it lists no commit; does the ref exist?");
            var revision = at.GetProperty(question.Field).GetString();
            return revision is not null && revision.IsRevision()
                ? new(revision.ToLowerInvariant(), TimeAt(at, question.TimePath))
                : throw FetchException.BadAnswer(question.Url, $"'{revision}' is no revision");
        }
        catch (Exception why) when (why is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw FetchException.BadAnswer(question.Url, $"it has no '{question.Field}'");
        }
    }

    static ulong? TimeAt(JsonElement at, string[] path)
    {
        foreach (var name in path)
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
                return null;
        }
        return path.Length > 0 && at.ValueKind == JsonValueKind.String && at.TryGetDateTimeOffset(out var time) && time.ToUnixTimeSeconds() is > 0 and var seconds ? (ulong)seconds : null;
    }

    // HEAD names a ref, and the list of refs of git's plain protocol its commit (libfetchers/github.cc, SourceHutInputScheme).
    async Task<string> AskAsync(FlakeRef reference, RevisionQuery.RefList question, TokenHeader? header, CancellationToken cancellationToken)
    {
        string pattern;
        if (question.Ref == "HEAD")
        {
            var head = (await _downloads.GetTextAsync($"{question.BaseUrl}/HEAD", header, cancellationToken)).Split('\n')[0];
            pattern = head.StartsWith("ref: ", StringComparison.Ordinal) ? head["ref: ".Length..] : throw FetchException.BadAnswer(question.BaseUrl, "its HEAD names no ref");
        }
        else
        {
            pattern = $"refs/(heads|tags)/{question.Ref}";
        }
        // Nix takes the name for a regular expression as it is; it may not take for ever.
        System.Text.RegularExpressions.Regex name;
        try
        {
            name = new($"^(?:{pattern})$", System.Text.RegularExpressions.RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException)
        {
            throw FetchException.NoSuchRef(reference.ToString(), question.Ref);
        }
        var refs = await _downloads.GetTextAsync($"{question.BaseUrl}/info/refs", header, cancellationToken);
        foreach (var line in refs.Split('\n'))
        {
            if (line.Split('\t') is [var id, var full] && id.IsRevision() && name.IsMatch(full))
                return id;
        }
        throw FetchException.NoSuchRef(reference.ToString(), question.Ref);
    }

    FetchedTree FetchFolder(FlakeRef reference, CancellationToken cancellationToken)
    {
        var path = reference.Input.Text("path")!;
        var tree = new FolderTree(path);
        try
        {
            var caught = ArchiveReader.FlakeFiles();
            var hash = NarWriter.Hash(tree, caught, cancellationToken);
            var input = reference.LastModified is null ? reference.Input.With("lastModified", tree.NewestChange) : reference.Input;
            var locked = reference.With(input.With("narHash", hash.ToString()));
            // What was read of the folder outlives what becomes of it, as Nix's copy in the store does.
            var answer = Answer(hash, locked.LastModified, caught);
            _cache.Keep(Pinned(locked), answer);
            return new(locked, new RememberedFiles(_cache, Pinned(locked), answer, _ => Task.FromResult<TreeFiles>(new FolderFiles(path))), []);
        }
        catch (IOException why)
        {
            throw FetchException.CannotReadTree(path, why);
        }
    }

    async Task<FetchedTree> FetchTarballAsync(FlakeRef reference, CancellationToken cancellationToken)
    {
        var url = RequestUrl(reference);
        var key = DownloadKey("tarball", url);
        var known = _cache.Find(key);
        using (var download = await OpenAsync(url, known?.Tag, cancellationToken))
        {
            if (!download.IsUnchanged)
            {
                known = await ReadAsync(reference, download, cancellationToken) with { Tag = download.Tag, Link = download.ImmutableLink };
                if (download.Tag is not null)
                    _cache.Keep(key, known);
            }
        }

        var input = reference.Input;
        if (known!.Link is { } link)
        {
            var immutable = FlakeRef.ParseInput(link, wantsTree: true, null, null);
            input = immutable.Type == "tarball" ? immutable.Input.Without("narHash") : throw FetchException.BadAnswer(url, "its immutable link is no archive");
        }
        if (known.LastModified is { } modified && !input.Has("lastModified"))
            input = input.With("lastModified", modified);
        var locked = reference.With(input.With("narHash", known.NarHash));
        var pinned = Pinned(locked);
        var answer = known with { Tag = null, Link = null };
        _cache.Keep(pinned, answer);
        return new(locked, new RememberedFiles(_cache, pinned, answer, async stop => await UnpackAsync(await OpenAsync(url, null, stop), stop)), []);
    }

    async Task<FetchedTree> FetchFileAsync(FlakeRef reference, CancellationToken cancellationToken)
    {
        var url = RequestUrl(reference);
        var key = DownloadKey("file", url);
        var known = _cache.Find(key);
        using (var download = await OpenAsync(url, known?.Tag, cancellationToken))
        {
            if (!download.IsUnchanged)
            {
                await using var kept = TemporaryFile.Create(TemporaryFolder);
                await download.Body.CopyToAsync(kept, cancellationToken);
                known = new(NarHash.Of(new SingleFileTree(kept), cancellationToken).ToString(), null, null, new Dictionary<string, byte[]?>()) { Tag = download.Tag };
                if (download.Tag is not null)
                    _cache.Keep(key, known);
            }
        }
        return new(reference.With(reference.Input.With("narHash", known!.NarHash)), new NoFiles(), []);
    }

    // What lies at an address may change; its ETag tells.
    static RefAttributes DownloadKey(string type, string url) => RefAttributes.Of(("type", $"{type} by ETag"), ("url", url));

    // Two names of one commit are one download.
    Task<(CachedAnswer Answer, TreeFiles Files)> ArchiveAsync(FlakeRef reference, RefAttributes key, string url, TokenHeader? header, CancellationToken cancellationToken) =>
        _archives.GetOrAdd(key, _ => new(() => ArchiveAnewAsync(reference, key, url, header, cancellationToken))).Value;

    async Task<(CachedAnswer Answer, TreeFiles Files)> ArchiveAnewAsync(FlakeRef reference, RefAttributes key, string url, TokenHeader? header, CancellationToken cancellationToken)
    {
        if (_cache.Find(key) is not { } answer)
        {
            using var download = await _downloads.GetAsync(url, header, null, cancellationToken);
            answer = await ReadAsync(reference, download, cancellationToken);
            _cache.Keep(key, answer);
        }
        return (answer, new RememberedFiles(_cache, key, answer, async stop => await UnpackAsync(await _downloads.GetAsync(url, header, null, stop), stop)));
    }

    async Task<CachedAnswer> ReadAsync(FlakeRef reference, Download download, CancellationToken cancellationToken)
    {
        // A file of this machine is over at once, and may be read again from its beginning.
        var body = _watcher is null || download.Body.CanSeek ? download.Body : new WatchedStream(download.Body, read => _watcher.Received(reference, read));
        var (hash, modified, caught) = await ArchiveReader.ReadAsync(body, TemporaryFolder, ArchiveBounds.Default, cancellationToken);
        return Answer(hash, modified, caught);
    }

    static CachedAnswer Answer(NarHash hash, ulong? modified, CaughtFiles caught) =>
        new(hash.ToString(), modified, null, caught.Files.ToDictionary(file => file.Key, file => (byte[]?)file.Value)) { IsComplete = caught.IsComplete };

    // For what is seldom looked at: links, and files with other names.
    async Task<TreeFiles> UnpackAsync(Download download, CancellationToken cancellationToken)
    {
        using (download)
        {
            var tree = await ArchiveTree.ReadAsync(download.Body, TemporaryFolder, ArchiveBounds.Default, cancellationToken);
            _open.Add(tree);
            return new ArchiveFiles(tree);
        }
    }

    async Task<Download> OpenAsync(string url, string? tag, CancellationToken cancellationToken)
    {
        if (FlakeUrl.TryParse(url) is not { Scheme: "file" } local)
            return await _downloads.GetAsync(url, null, tag, cancellationToken);
        var path = local.PathText;
        if (!path.StartsWith('/'))
            throw FetchException.FileUrl(url, "must be absolute");
        if (Path.Exists(Path.Combine(path, ".git")))
            throw FetchException.FileUrl(url, "is a git repository, not a tarball; use 'git+file' as the scheme");
        if (Directory.Exists(path))
            throw FetchException.FileUrl(url, "is a directory, not a file");
        try
        {
            return new(File.OpenRead(path), null, null);
        }
        catch (Exception why) when (why is FileNotFoundException or DirectoryNotFoundException)
        {
            throw FetchException.FileUrl(url, "does not exist");
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw FetchException.CannotReadTree(url, why);
        }
    }

    // An attribute is stored as it was written, and requested encoded.
    static string RequestUrl(FlakeRef reference) => FlakeUrl.TryParse(reference.Input.Text("url")!)?.ToString() ?? reference.Input.Text("url")!;

    /// <summary>What identifies a tree for ever: its reference without what is only known of it.</summary>
    static RefAttributes Pinned(FlakeRef reference) =>
        reference.Scheme is ForgeScheme ? reference.Input.Without("narHash").Without("lastModified") : reference.Input;

    /// <summary>The fetcher with other registries; all it has fetched and remembers is shared.</summary>
    sealed class Elsewhere(FlakeFetcher fetcher, Registries registries) : IFlakeSource
    {
        public IFlakeSource WithRegistry(string registry) => fetcher.WithRegistry(registry);

        public Task<FetchedTree> FetchAsync(FlakeRef reference, RegistryScope scope, CancellationToken cancellationToken) =>
            fetcher.FetchAsync(registries, reference, scope, cancellationToken);

        public Task<TreeFiles> ReadAsync(FlakeRef locked, CancellationToken cancellationToken) => fetcher.ReadAsync(locked, cancellationToken);

        public Task<NewestRevision?> NewestAsync(FlakeRef reference, DateTimeOffset? before, CancellationToken cancellationToken) =>
            fetcher.NewestAsync(registries, reference, before, cancellationToken);

        public Task<RevisionDistance?> DistanceAsync(FlakeRef earlier, FlakeRef later, CancellationToken cancellationToken) =>
            fetcher.DistanceAsync(earlier, later, cancellationToken);

        public Task<IReadOnlyList<NewestRevision>> BetweenAsync(FlakeRef earlier, FlakeRef later, CancellationToken cancellationToken) =>
            fetcher.BetweenAsync(earlier, later, cancellationToken);
    }

    /// <summary>One file that is a whole tree.</summary>
    sealed class SingleFileTree(FileStream file) : SourceTree
    {
        public override TreeEntry Root => new(default, TreeEntryKind.File, file.Length, null);

        public override IEnumerable<TreeEntry> List(TreeEntry folder) => [];

        public override ReadOnlyMemory<byte> ReadLink(TreeEntry link) => default;

        public override Stream Open(TreeEntry entry)
        {
            file.Position = 0;
            return file;
        }
    }

    /// <summary>A tree that is a file has no files in it.</summary>
    sealed class NoFiles : TreeFiles
    {
        public override ValueTask<TreeItem?> FindAsync(string path, CancellationToken cancellationToken) => default;
    }
}
