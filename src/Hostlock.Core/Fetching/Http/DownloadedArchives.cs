using System.Collections.Concurrent;
using Hostlock.Fetching.Archives;
using Hostlock.Locks;

namespace Hostlock.Fetching.Http;

/// <summary>Archives as they come: hashed on the way, and unpacked only for what is seldom looked at, links and files with other names.</summary>
/// <param name="temporaryFolder">Where temporary files go.</param>
sealed class DownloadedArchives(string temporaryFolder) : IDisposable
{
    readonly ConcurrentBag<ArchiveTree> _unpacked = [];

    /// <summary>Reads an archive to its end: what it hashes to, and the files that say what a flake is.</summary>
    /// <param name="download">The archive; stays open.</param>
    /// <param name="received">Told how many bytes have come; may be null.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">It is damaged, or does not come whole.</exception>
    public async Task<CachedAnswer> ReadAsync(Download download, Action<int>? received, CancellationToken cancellationToken)
    {
        // A file of this machine is over at once, and may be read again from its beginning.
        var body = received is null || download.Body.CanSeek ? download.Body : new WatchedStream(download.Body, received);
        var (hash, modified, caught) = await ArchiveReader.ReadAsync(body, How(download), cancellationToken);
        return CachedAnswer.Of(hash, modified, caught);
    }

    /// <summary>All files of an archive, which stay until the end of the run.</summary>
    /// <param name="download">The archive; is closed.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">It is damaged, or does not come whole.</exception>
    public async Task<TreeFiles> UnpackAsync(Download download, CancellationToken cancellationToken)
    {
        using (download)
        {
            var tree = await ArchiveTree.ReadAsync(download.Body, How(download), cancellationToken);
            _unpacked.Add(tree);
            return new ArchiveFiles(tree);
        }
    }

    /// <summary>Lets go of what was unpacked.</summary>
    public void Dispose()
    {
        foreach (var tree in _unpacked)
            tree.Dispose();
    }

    Unpacking How(Download download) => new(temporaryFolder, ArchiveBounds.Default, download.IsNamedZip);
}
