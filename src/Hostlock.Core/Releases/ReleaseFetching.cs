using System.Globalization;
using Hostlock.Fetching;
using Hostlock.Fetching.Git;
using Hostlock.Fetching.Http;
using Hostlock.Platform;
using Hostlock.Platform.Programs;
using Hostlock.Rollouts.Rings;

namespace Hostlock.Releases;

/// <summary>
/// Fetches the newest release of a source, within bounded time, memory and disk. Anybody may have written it, so nothing of it is read
/// before its signature is checked.
/// </summary>
/// <param name="processes">Runs git.</param>
/// <param name="downloads">Asks web servers.</param>
/// <param name="time">The clock.</param>
public sealed class ReleaseFetching(IProcessRunner processes, HttpDownloads downloads, TimeProvider time)
{
    /// <summary>The longest time that one source may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // The answer of a repository is written to the disk before it can be looked at.
    const int MaximumMebibytes = 64;

    /// <summary>Fetches the newest release.</summary>
    /// <param name="source">The source.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The source does not answer in time, or has no release: a <see cref="ReleaseException"/>
    /// then.</exception>
    public Task<SignedRelease> FetchAsync(ReleaseSource source, CancellationToken cancellationToken) =>
        InTimeAsync(source, stop => source switch
        {
            ReleaseSource.Web(var address) => FetchAsync(address, stop),
            ReleaseSource.Folder(var path) => Task.FromResult(Read(new(path), path)),
            ReleaseSource.Repository(var url) => FetchGitAsync(url, stop),
            _ => throw new System.Diagnostics.UnreachableException(),
        }, cancellationToken);

    /// <summary>Asks a source whether it answers.</summary>
    /// <param name="source">The source.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">It does not.</exception>
    public Task AskAsync(ReleaseSource source, CancellationToken cancellationToken) => source is ReleaseSource.Web(var address)
        ? InTimeAsync(source, stop => LatestAsync(address, stop), cancellationToken)
        : FetchAsync(source, cancellationToken);

    async Task<T> InTimeAsync<T>(ReleaseSource source, Func<CancellationToken, Task<T>> doAsync, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            return await doAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw ReleaseException.TooSlow(source.ToString(), (int)Patience.TotalSeconds);
        }
    }

    static SignedRelease Read(ReleaseFolder folder, string path) =>
        folder.Read(folder.Newest ?? throw PlatformException.NoFile(Path.Combine(path, ReleaseFiles.Latest)));

    async Task<SignedRelease> FetchAsync(string address, CancellationToken cancellationToken)
    {
        var number = await LatestAsync(address, cancellationToken);
        var bytes = await BytesAsync(address, ReleaseFiles.NameOf(number), ReleaseManifest.MaximumBytes, cancellationToken);
        return SignedRelease.Of(
            bytes, await BytesAsync(address, ReleaseFiles.SignatureOf(number), SshSignature.MaximumBytes, cancellationToken));
    }

    async Task<ReleaseNumber> LatestAsync(string address, CancellationToken cancellationToken) =>
        ReleaseFiles.ReadLatest(await BytesAsync(address, ReleaseFiles.Latest, ReleaseFiles.MaximumLatest, cancellationToken));

    Task<byte[]> BytesAsync(string address, string name, int most, CancellationToken cancellationToken) =>
        downloads.ReadAsync($"{address}/{name}", null, null, async download =>
        {
            using var bytes = new MemoryStream();
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await download.Body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (bytes.Length + read > most)
                    throw ReleaseException.TooManyBytes(name, most);
                bytes.Write(buffer, 0, read);
            }
            return bytes.ToArray();
        }, cancellationToken);

    // The fetch goes into a temporary repository, so that nothing that a server sends piles up. Nothing of it is ever checked out.
    async Task<SignedRelease> FetchGitAsync(string url, CancellationToken cancellationToken)
    {
        using var folder = CacheFolder.Temporary();
        var copy = Path.Combine(folder.Path, "releases.git");
        await GitAsync(url, GitProgram.Reach(copy, "init", "--quiet", "--bare", "--template="), cancellationToken);
        var remote = GitRemote.Of(url);
        await GitAsync(
            url,
            remote.For(
                GitProgram.ReachWithin(
                    copy, MaximumMebibytes,
                    [
                        .. remote.Options, "-c", "core.bigFileThreshold=1m", "fetch", "--quiet", "--no-tags", "--depth=1", "--",
                        remote.Address, $"{RolloutRefs.Releases}:{RolloutRefs.Releases}",
                    ])) with
            {
                TimeLimit = Patience,
            },
            cancellationToken);
        var number = ReleaseFiles.ReadLatest(await BlobAsync(copy, ReleaseFiles.Latest, ReleaseFiles.MaximumLatest, cancellationToken));
        var bytes = await BlobAsync(copy, ReleaseFiles.NameOf(number), ReleaseManifest.MaximumBytes, cancellationToken);
        return SignedRelease.Of(
            bytes, await BlobAsync(copy, ReleaseFiles.SignatureOf(number), SshSignature.MaximumBytes, cancellationToken));
    }

    async Task<byte[]> BlobAsync(string copy, string name, int most, CancellationToken cancellationToken)
    {
        var blob = $"{RolloutRefs.Releases}:{name}";
        var sized = await processes.RunAsync(GitProgram.Ask(copy, "cat-file", "-s", blob), cancellationToken);
        if (!sized.Succeeded)
            throw ReleaseException.Incomplete();
        if (!long.TryParse(sized.Output.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size > most)
            throw ReleaseException.TooManyBytes(name, most);
        var read = await processes.RunAsync(
            GitProgram.Ask(copy, "cat-file", "blob", blob) with { Output = new ProcessOutput.Bytes(most) }, cancellationToken);
        return read.Succeeded ? read.OutputBytes.ToArray() : throw ReleaseException.Incomplete();
    }

    async Task GitAsync(string url, ProcessRequest request, CancellationToken cancellationToken)
    {
        var finished = await processes.RunAsync(request, cancellationToken);
        if (!finished.Succeeded)
            throw ReleaseException.NotFetched(url, finished.Errors.Trim());
    }
}
