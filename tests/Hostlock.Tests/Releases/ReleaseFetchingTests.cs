using Hostlock.Fetching;
using Hostlock.Fetching.Http;
using Hostlock.Releases;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Releases.SampleReleases;

namespace Hostlock.Tests.Releases;

/// <summary>Releases that lie in a folder, on a web server and in a repository, and what else may lie there.</summary>
[Trait("part", "programs")]
public sealed class ReleaseFetchingTests : IAsyncDisposable
{
    static readonly NixSettings Settings = NixSettings.Read(
        new Dictionary<string, string> { ["HOME"] = "/nonexistent", ["NIX_CONF_DIR"] = "/nonexistent" });

    readonly TempFolder _folder = new();
    readonly LoopbackServer _server;
    readonly HttpDownloads _downloads = new(
        () => new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }, Settings, TimeProvider.System);

    public ReleaseFetchingTests() => _server = new(Answer);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _downloads.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("web")]
    [InlineData("git")]
    public async Task The_newest_release_is_had_from_each_kind_of_source(string kind)
    {
        await SignAsync(41);
        var newest = await SignAsync(42);

        var fetched = await Fetching.FetchAsync(SourceOf(kind), Stop);

        Assert.Equal(newest.Bytes.ToArray(), fetched.Bytes.ToArray());
        Assert.Equal(newest.Signature, fetched.Signature);
        await Fetching.AskAsync(SourceOf(kind), Stop);
    }

    [Theory]
    [InlineData("folder", ReleaseFiles.Latest, "42 or so")]
    [InlineData("web", ReleaseFiles.Latest, "42 or so")]
    [InlineData("git", ReleaseFiles.Latest, "42 or so")]
    [InlineData("web", "release-42.json.sig", "no signature")]
    [InlineData("git", "release-42.json.sig", "no signature")]
    public async Task What_is_no_release_is_refused(string kind, string file, string text)
    {
        await SignAsync(42);
        _folder.Write($"releases/{file}", text);

        Assert.True((await Assert.ThrowsAsync<ReleaseException>(() => Fetching.FetchAsync(SourceOf(kind), Stop))).IsRefused);
    }

    [Theory]
    [InlineData("web")]
    [InlineData("git")]
    public async Task A_release_that_is_too_large_is_not_read_to_its_end(string kind)
    {
        await SignAsync(42);
        File.WriteAllBytes(_folder["releases/release-42.json"], new byte[ReleaseManifest.MaximumBytes + 1]);

        Assert.True((await Assert.ThrowsAsync<ReleaseException>(() => Fetching.FetchAsync(SourceOf(kind), Stop))).IsRefused);
    }

    [Fact]
    public async Task A_source_that_has_nothing_is_no_refusal()
    {
        Directory.CreateDirectory(_folder["releases"]);

        Assert.IsNotType<ReleaseException>(
            await Assert.ThrowsAnyAsync<HostlockException>(() => Fetching.FetchAsync(SourceOf("folder"), Stop)));
        Assert.IsNotType<ReleaseException>(
            await Assert.ThrowsAnyAsync<HostlockException>(() => Fetching.FetchAsync(SourceOf("web"), Stop)));
    }

    ReleaseFetching Fetching => new(new PatientProcesses(), _downloads, TimeProvider.System);

    // The same files in each.
    ReleaseSource SourceOf(string kind)
    {
        if (kind == "git")
        {
            TestGit.Commit(_folder["releases"], 1);
            TestGit.In(_folder["releases"], "update-ref", ReleaseRepository.Reference, "HEAD");
        }
        return ReleaseSource.TryParse(kind switch
        {
            "folder" => _folder["releases"],
            "web" => _server.Url,
            _ => $"git+file://{_folder["releases"]}",
        })!;
    }

    WebAnswer Answer(WebRequest request) =>
        _folder[$"releases{request.Target}"] is var path && File.Exists(path)
            ? WebAnswer.Text("") with { Body = File.ReadAllBytes(path) }
            : WebAnswer.NotFound;

    async Task<SignedRelease> SignAsync(long number)
    {
        var bytes = Release(number, 1).Write();
        var signature = await new SshSignatures(new PatientProcesses()).SignAsync(
            SshKey.In(_folder, "release"), ReleaseManifest.Namespace, bytes, Stop);
        var signed = new SignedRelease(bytes, signature);
        new ReleaseFolder(_folder["releases"]).Write(Number(number), signed);
        return signed;
    }
}
