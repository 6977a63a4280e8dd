using Hostlock.Fetching.Http;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fetching.Forges;

/// <summary>Fetches commits of forges, from the archives that forges make of them. A commit with two names is downloaded once.</summary>
/// <param name="downloads">The seam to HTTP.</param>
/// <param name="settings">The settings in nix.conf, for access tokens.</param>
/// <param name="archives">Reads archives.</param>
/// <param name="cache">The answers of earlier runs.</param>
/// <remarks>Nix 2.34.8, libfetchers/github.cc, GitArchiveInputScheme::getAccessor.</remarks>
sealed class ForgeFetcher(HttpDownloads downloads, NixSettings settings, DownloadedArchives archives, FetchCache cache)
{
    readonly AskedOnce<RefAttributes, (CachedAnswer Answer, TreeFiles Files)> _fetched = new();

    /// <summary>Fetches a commit.</summary>
    /// <param name="reference">The reference, with a revision.</param>
    /// <param name="snapshot">The location of the commit's archive.</param>
    /// <param name="transfer">Is told how its bytes come; null if nobody is to be told.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The archive cannot be downloaded or is damaged, or its time is not the one that the reference
    /// states.</exception>
    public async Task<FetchedTree> FetchAsync(
        FlakeRef reference, TreeLocation.Snapshot snapshot, WatchedTransfer? transfer, CancellationToken cancellationToken)
    {
        var pinned = reference.Apply(null, reference.Revision!.ToLowerInvariant());
        var token = snapshot.TakesToken ? TokenHeader.For(reference, settings) : null;
        var (answer, files) = await _fetched.AskAsync(
            pinned.Identity, () => FetchAnewAsync(pinned.Identity, snapshot.Url, token, transfer, cancellationToken), cancellationToken);
        // An archive without any time is dated to the epoch.
        var modified = answer.LastModified ?? default;
        IReadOnlyList<Warning> warnings = token?.Warning is { } odd ? [odd] : [];
        return reference.LastModified is { } stated && stated != modified
            ? throw FetchException.AttributeMismatch(reference, "lastModified", $"{stated.Seconds}", $"{modified.Seconds}")
            : new(pinned.With(pinned.Input.With("narHash", answer.NarHash).With("lastModified", modified)), files, warnings);
    }

    async Task<(CachedAnswer, TreeFiles)> FetchAnewAsync(
        RefAttributes identity, string url, TokenHeader? token, WatchedTransfer? transfer, CancellationToken cancellationToken)
    {
        if (cache.Find(identity) is not { } answer)
        {
            answer = await downloads.ReadAsync(
                url, token, null, download => archives.ReadAsync(download, transfer, cancellationToken), cancellationToken);
            cache.Keep(identity, answer);
        }
        return (
            answer,
            new RememberedFiles(
                cache,
                identity,
                answer,
                stop => downloads.ReadAsync(url, token, null, download => archives.UnpackAsync(download, stop), stop)));
    }
}
