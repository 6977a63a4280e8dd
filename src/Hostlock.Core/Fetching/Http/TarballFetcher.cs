using System.Text;
using Hostlock.Fetching.Archives;
using Hostlock.Flakes;
using Hostlock.Flakes.Schemes;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Http;

/// <summary>
/// Fetches archives and single files from addresses whose contents may change. An ETag tells whether they have changed. If the answer has
/// an immutable link, the link replaces the address in a lock.
/// </summary>
/// <param name="downloads">The seam to HTTP.</param>
/// <param name="archives">Reads archives.</param>
/// <param name="cache">The answers of earlier runs.</param>
/// <param name="temporaryFolder">The folder of temporary files.</param>
/// <param name="mode">The choice between the cache and the network.</param>
/// <remarks>Nix 2.34.8, libfetchers/tarball.cc.</remarks>
sealed class TarballFetcher(
    HttpDownloads downloads, DownloadedArchives archives, FetchCache cache, string temporaryFolder, FetchMode mode)
{
    /// <summary>Fetches an archive.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="url">Its address.</param>
    /// <param name="transfer">Is told how its bytes come; null if nobody is to be told.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The archive cannot be downloaded, or is damaged.</exception>
    public async Task<FetchedTree> FetchAsync(
        FlakeRef reference, string url, WatchedTransfer? transfer, CancellationToken cancellationToken)
    {
        var key = KeyOf("tarball", url);
        var known = cache.Find(key);
        // Without a network, the last download is all that can be had, as with Nix's --offline.
        if (known is null || mode != FetchMode.Offline || LocalPath(url) is not null)
        {
            known = await ReadAsync(url, TagOf(known), HashAsync, cancellationToken) ?? known;
        }

        var input = known!.Link is { } link ? Immutable(link, url) : reference.Input;
        if (known.LastModified is { } modified && !input.Has("lastModified"))
            input = input.With("lastModified", modified);
        var locked = reference.With(input.With("narHash", known.NarHash));
        var identity = locked.Identity;
        var answer = known with { Tag = null, Link = null };
        cache.Keep(identity, answer);
        return new(
            locked,
            new RememberedFiles(
                cache, identity, answer, stop => ReadAsync(url, null, download => archives.UnpackAsync(download, stop), stop)),
            []);

        // Null if the archive has not changed.
        async Task<CachedAnswer?> HashAsync(Download download)
        {
            if (download.IsUnchanged)
                return null;
            var read = await archives.ReadAsync(download, transfer, cancellationToken);
            var found = read with { Tag = download.Tag, Link = download.ImmutableLink };
            if (download.Tag is not null)
                cache.Keep(key, found);
            return found;
        }
    }

    /// <summary>Fetches a single file. If the server no longer gives the file, the last version is taken, with a warning.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="url">Its address.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The file cannot be downloaded, and was not downloaded before.</exception>
    /// <remarks>Nix 2.34.8, libfetchers/tarball.cc, downloadFile; for an archive it does not fall back (downloadTarball_).</remarks>
    public async Task<FetchedTree> FetchFileAsync(FlakeRef reference, string url, CancellationToken cancellationToken)
    {
        var key = KeyOf("file", url);
        var known = cache.Find(key);
        StaleAnswer? stale = null;
        try
        {
            known = await ReadAsync(url, TagOf(known), HashAsync, cancellationToken) ?? known;
        }
        catch (FetchException why) when (why.IsOutside && known is not null && mode != FetchMode.Anew)
        {
            stale = new(why, FetchException.StillCached(why));
        }
        return new(reference.With(reference.Input.With("narHash", known!.NarHash)), new NoFiles(), []) { Stale = stale };

        // Null if the file has not changed.
        async Task<CachedAnswer?> HashAsync(Download download)
        {
            if (download.IsUnchanged)
                return null;
            var body = ArchiveBounds.Default.Of(download.Body);
            await using var kept = await TemporaryFile.OfAsync(body, temporaryFolder, cancellationToken);
            var hash = NarHash.Of(new SingleFileTree(kept), cancellationToken);
            var answer = new CachedAnswer(hash.ToString(), null, null, new Dictionary<TreePath, byte[]?>()) { Tag = download.Tag };
            cache.Keep(key, answer);
            return answer;
        }
    }

    string? TagOf(CachedAnswer? known) => mode == FetchMode.Anew ? null : known?.Tag;

    // The contents at an address may change; the ETag tells whether they have.
    static RefAttributes KeyOf(string type, string url) => RefAttributes.Of(("type", $"{type} by ETag"), ("url", url));

    // The link is the whole URL of an input, so a `dir` in it stays.
    static RefAttributes Immutable(string link, string url)
    {
        if (FlakeUrl.TryParse(link) is not { } address)
            throw FetchException.BadAnswer(url, "its immutable link is no URL");
        var scheme = InputSchemes.All.FirstOrDefault(scheme => scheme.Takes(address, wantsTree: true));
        return scheme?.Parse(address) is { } input && scheme.Locate(input, hasToken: false) is TreeLocation.Archive
            ? input.Without("narHash")
            : throw FetchException.BadAnswer(url, "its immutable link is no archive");
    }

    async Task<T> ReadAsync<T>(string url, string? tag, Func<Download, Task<T>> readAsync, CancellationToken cancellationToken)
    {
        var isNamedZip = FlakeUrl.TryParse(url)?.PathText.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) ?? false;
        if (LocalPath(url) is not { } path)
            return await downloads.ReadAsync(
                url, null, tag, download => readAsync(download with { IsNamedZip = isNamedZip }), cancellationToken);
        using var file = OpenLocal(url, path);
        return await readAsync(file with { IsNamedZip = isNamedZip });
    }

    // The path of a file of this machine; null for an address of a server.
    static string? LocalPath(string url) => FlakeUrl.TryParse(url) is { Scheme: "file" } local ? local.PathText : null;

    static Download OpenLocal(string url, string path)
    {
        if (!path.StartsWith('/'))
            throw FetchException.FileUrl(url, "must be absolute");
        if (Path.Exists(Path.Combine(path, ".git")))
            throw FetchException.FileUrl(url, "is a git repository, not a tarball; use 'git+file' as the scheme");
        if (Directory.Exists(path))
            throw FetchException.FileUrl(url, "is a directory, not a file");
        if (!File.Exists(path))
            throw FetchException.NoFile(url);
        try
        {
            return new(UnixFiles.OpenToSeek(Encoding.UTF8.GetBytes(path)), null, null);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotRead(path, why);
        }
    }

    /// <summary>A tree that is a single file.</summary>
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
}
