using System.Collections.Concurrent;
using Hostlock.Fetching.Archives;
using Hostlock.Locks;

namespace Hostlock.Fetching.Http;

/// <summary>
/// Reads downloaded archives. They are hashed while they come, and unpacked only for rare questions: links, and files other than flake.nix
/// and flake.lock.
/// </summary>
/// <param name="temporaryFolder">The folder of temporary files.</param>
sealed class DownloadedArchives(string temporaryFolder) : IDisposable
{
    readonly ConcurrentBag<ArchiveTree> _unpacked = [];

    /// <summary>Reads an archive to its end, for its hash and its flake.nix and flake.lock files.</summary>
    /// <param name="download">The archive, which is left open.</param>
    /// <param name="transfer">Is told how its bytes come; null if nobody is to be told.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">It is damaged, or does not come whole.</exception>
    public async Task<CachedAnswer> ReadAsync(Download download, WatchedTransfer? transfer, CancellationToken cancellationToken)
    {
        // A file of this machine is read quickly, and may have to be read again, so it is not watched.
        var body = transfer is null || download.Body.CanSeek ? download.Body : transfer.Watch(download);
        var (hash, modified, caught) = await ArchiveReader.ReadAsync(body, How(download), cancellationToken);
        return CachedAnswer.Of(hash, modified, caught);
    }

    /// <summary>Unpacks an archive. Its files are kept until the end of the run.</summary>
    /// <param name="download">The archive, which is left open.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">It is damaged, or does not come whole.</exception>
    public async Task<TreeFiles> UnpackAsync(Download download, CancellationToken cancellationToken)
    {
        var tree = await ArchiveTree.ReadAsync(download.Body, How(download), cancellationToken);
        _unpacked.Add(tree);
        return new ArchiveFiles(tree);
    }

    /// <summary>Removes the unpacked files.</summary>
    public void Dispose()
    {
        foreach (var tree in _unpacked)
            tree.Dispose();
    }

    Unpacking How(Download download) => new(temporaryFolder, ArchiveBounds.Default, download.IsNamedZip);
}
