using Hostlock.Fetching.Http;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fetching.Forges;

/// <summary>Commits of forges, by the archive that the forge makes of each. Two names of one commit are one download.</summary>
/// <param name="downloads">The seam to HTTP.</param>
/// <param name="settings">What nix.conf says of tokens.</param>
/// <param name="archives">What reads archives.</param>
/// <param name="cache">What is known from earlier runs.</param>
/// <remarks>Nix 2.34.8, libfetchers/github.cc, GitArchiveInputScheme::getAccessor.</remarks>
sealed class ForgeFetcher(HttpDownloads downloads, NixSettings settings, DownloadedArchives archives, FetchCache cache)
{
    readonly AskedOnce<RefAttributes, (CachedAnswer Answer, TreeFiles Files)> _fetched = new();

    /// <summary>Fetches a commit.</summary>
    /// <param name="reference">The reference, with a revision.</param>
    /// <param name="snapshot">Where its archive is.</param>
    /// <param name="received">Told how many bytes have come; may be null.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">It cannot be had, is damaged, or is not as old as the reference says.</exception>
    public async Task<FetchedTree> FetchAsync(FlakeRef reference, TreeLocation.Snapshot snapshot, Action<int>? received, CancellationToken cancellationToken)
    {
        var pinned = reference.Apply(null, reference.Revision!.ToLowerInvariant());
        var token = snapshot.TakesToken ? TokenHeader.For(reference, settings) : null;
        var (answer, files) = await _fetched.AskAsync(
            pinned.Identity, () => FetchAnewAsync(pinned.Identity, snapshot.Url, token, received, cancellationToken), cancellationToken);
        // An archive without any time counts as made when time began.
        var modified = answer.LastModified ?? default;
        return reference.LastModified is { } stated && stated != modified
            ? throw FetchException.AttributeMismatch(reference, "lastModified", $"{stated.Seconds}", $"{modified.Seconds}")
            : new(pinned.With(pinned.Input.With("narHash", answer.NarHash).With("lastModified", modified)), files, []);
    }

    async Task<(CachedAnswer, TreeFiles)> FetchAnewAsync(RefAttributes identity, string url, TokenHeader? token, Action<int>? received, CancellationToken cancellationToken)
    {
        if (cache.Find(identity) is not { } answer)
        {
            using var download = await downloads.GetAsync(url, token, null, cancellationToken);
            answer = await archives.ReadAsync(download, received, cancellationToken);
            cache.Keep(identity, answer);
        }
        return (answer, new RememberedFiles(cache, identity, answer, async stop => await archives.UnpackAsync(await downloads.GetAsync(url, token, null, stop), stop)));
    }
}
