using System.IO.Compression;
using System.Text;
using Hostlock.Fetching;
using Hostlock.Fetching.Http;
using Hostlock.Platform;
using Hostlock.Releases;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Releases.SampleReleases;

namespace Hostlock.Tests.Releases;

/// <summary>Files that somebody may have put in the place of releases. None is believed, and none costs more than it may.</summary>
[Trait("part", "programs")]
public sealed class OddReleasesTests : IAsyncDisposable
{
    static readonly byte[] Bytes = Release(42, 2).Write();
    static readonly byte[] Signature = Encoding.ASCII.GetBytes(SshSignature.TryParse("U1NIU0lHAAAA")!.Armour());

    readonly TempFolder _folder = new();
    readonly Dictionary<string, WebAnswer> _served = new(StringComparer.Ordinal)
    {
        ["/r/latest"] = new(200, "42\n"u8.ToArray()),
        ["/r/release-42.json"] = new(200, Bytes),
        ["/r/release-42.json.sig"] = new(200, Signature),
    };

    readonly LoopbackServer _server;
    readonly HttpDownloads _downloads = new(
        () => new SocketsHttpHandler { AllowAutoRedirect = false },
        NixSettings.Read(
            new Dictionary<string, string>
            {
                ["HOME"] = "/nowhere",
                ["NIX_CONF_DIR"] = "/nowhere",
                ["NIX_CONFIG"] = "download-attempts = 1",
            }),
        TimeProvider.System);

    public OddReleasesTests() => _server = new(request => _served.GetValueOrDefault(request.Target, WebAnswer.NotFound));

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _downloads.Dispose();
        _folder.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_redirect_is_followed_to_web_servers_alone()
    {
        _served["/old/latest"] = Redirect("/r/latest");
        _served["/old/release-42.json"] = Redirect($"{_server.Url}/r/release-42.json");
        _served["/old/release-42.json.sig"] = Redirect("../r/release-42.json.sig");
        Assert.Equal(Bytes, (await FetchAsync($"{_server.Url}/old")).Bytes.ToArray());

        foreach (var place in new[] { "file:///etc/passwd", "/old/latest", "ftp://127.0.0.1/latest", "gopher:x" })
        {
            _served["/old/latest"] = Redirect(place);
            await Assert.ThrowsAsync<FetchException>(() => FetchAsync($"{_server.Url}/old"));
        }
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("release-42.json")]
    [InlineData("release-42.json.sig")]
    public async Task What_swells_when_it_is_unpacked_or_is_too_large_is_refused(string name)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(new byte[32 * 1024 * 1024]);

        _served[$"/r/{name}"] = new(200, packed.ToArray(), ("Content-Encoding", "gzip"));
        await RefusedAsync($"{_server.Url}/r", "which is too many");
        _served[$"/r/{name}"] = new(200, new byte[5 * 1024 * 1024]);
        await RefusedAsync($"{_server.Url}/r", "which is too many");
        _served[$"/r/{name}"] = new(200, "no gzip"u8.ToArray(), ("Content-Encoding", "gzip"));
        await Assert.ThrowsAnyAsync<HostlockException>(() => FetchAsync($"{_server.Url}/r"));
    }

    [Fact]
    public async Task A_connection_that_breaks_off_is_no_refusal()
    {
        foreach (var name in _served.Keys.ToList())
        {
            var whole = _served[name];
            for (var tenth = 0; tenth < 10; tenth++)
            {
                _served[name] = whole with { CutAt = whole.Body.Length * tenth / 10 };
                await Assert.ThrowsAsync<FetchException>(() => FetchAsync($"{_server.Url}/r"));
            }
            _served[name] = whole;
        }
    }

    public static TheoryData<string, string> Odd => new()
    {
        { "latest", "'latest' is no number" },
        { "latest-folder", "the release is missing, or it has no signature" },
        { "latest-large", "which is too many" },
        { "latest-missing", "the release is missing, or it has no signature" },
        { "release-missing", "the release is missing, or it has no signature" },
        { "release-large", "which is too many" },
        { "signature", "the release is missing, or it has no signature" },
    };

    [Theory]
    [MemberData(nameof(Odd))]
    public async Task What_a_repository_has_in_place_of_a_release_is_refused(string what, string why)
    {
        Commit(
        [
            .. what switch
            {
                "latest-missing" => Array.Empty<(string, byte[])>(),
                "latest-folder" => [("latest/42", [])],
                _ => [("latest", what switch
                {
                    "latest" => "../../42\n"u8.ToArray(),
                    "latest-large" => new byte[5 * 1024 * 1024],
                    _ => "42\n"u8.ToArray(),
                })],
            },
            .. what == "release-missing" ? Array.Empty<(string, byte[])>()
                : [("release-42.json", what == "release-large" ? new byte[5 * 1024 * 1024] : Bytes)],
            ("release-42.json.sig", what == "signature" ? "ssh-ed25519 AAAA"u8.ToArray() : Signature),
        ]);

        await RefusedAsync(Repository, why);
    }

    [Theory]
    [InlineData("blob")]
    [InlineData("tree")]
    public async Task A_ref_that_leads_to_no_commit_is_refused_or_no_answer(string kind)
    {
        Commit(("other", []));
        var id = TestGit.In(_folder["repository"], "rev-parse", kind == "blob" ? "HEAD:other" : "HEAD^{tree}").Trim();
        TestGit.In(_folder["repository"], "update-ref", "refs/hostlock/releases", id);

        await Assert.ThrowsAsync<ReleaseException>(() => FetchAsync(Repository));
    }

    [Fact]
    public async Task A_repository_without_releases_does_not_answer()
    {
        Commit(("other", []));
        TestGit.In(_folder["repository"], "update-ref", "-d", "refs/hostlock/releases");

        Assert.False((await Assert.ThrowsAsync<ReleaseException>(() => FetchAsync(Repository))).IsRefused);
    }

    [Fact]
    public async Task A_pipe_in_a_folder_keeps_nobody_waiting()
    {
        Directory.CreateDirectory(_folder["folder"]);
        _ = Run.Program("mkfifo", _folder["folder"], TestGit.Variables, "latest").Succeeded;

        await Assert.ThrowsAsync<PlatformException>(() => FetchAsync(_folder["folder"]));
    }

    static WebAnswer Redirect(string place) => new(302, [], ("Location", place));

    string Repository => $"git+file://{_folder["repository"]}";

    async Task RefusedAsync(string source, string why)
    {
        var refused = await Assert.ThrowsAsync<ReleaseException>(() => FetchAsync(source));
        Assert.True(refused.IsRefused, refused.Message);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    Task<SignedRelease> FetchAsync(string source) =>
        new ReleaseFetching(new PatientProcesses(), _downloads, TimeProvider.System).FetchAsync(ReleaseSource.TryParse(source)!, Stop);

    // A repository whose ref for releases has some files.
    void Commit(params IEnumerable<(string Name, byte[] Bytes)> files)
    {
        foreach (var (name, bytes) in files.Append(("readme", [])))
        {
            var file = _folder[$"repository/{name}"];
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, bytes);
        }
        TestGit.Commit(_folder["repository"], 1);
        TestGit.In(_folder["repository"], "update-ref", "refs/hostlock/releases", "HEAD");
    }
}
