using Hostlock.Fetching;
using Hostlock.Fetching.Http;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Http;

/// <summary>Files and archives at addresses that change, on a server on the loopback.</summary>
public class TarballFetcherTests
{
    static readonly NixSettings Settings = NixSettings.Read(new Dictionary<string, string>
    {
        ["HOME"] = "/nonexistent",
        ["NIX_CONF_DIR"] = "/nonexistent",
        ["NIX_CONFIG"] = "download-attempts = 1",
    });

    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    [InlineData(403)]
    [InlineData(500)]
    public async Task A_file_that_is_gone_is_the_one_that_was_there(int status)
    {
        using var folder = new TempFolder();
        await using var server = new LoopbackServer(_ => WebAnswer.Text("hello"));
        var first = await FileAsync(server, folder);

        server.Answer = _ => WebAnswer.Text("gone", status);
        var second = await FileAsync(server, folder);

        Assert.Equal(first.Locked, second.Locked);
        Assert.Null(first.Stale);
        Assert.Equal($"unable to download '{server.Url}/f': HTTP error {status}; using cached version", second.Stale!.Warning.Message);
    }

    [Fact]
    public async Task A_file_that_was_never_there_is_an_error()
    {
        using var folder = new TempFolder();
        await using var server = new LoopbackServer(_ => WebAnswer.NotFound);

        await Assert.ThrowsAsync<FetchException>(() => FileAsync(server, folder));
    }

    // Nix 2.34.8 takes none from its cache either.
    [Fact]
    public async Task An_archive_that_is_gone_is_an_error()
    {
        using var folder = new TempFolder();
        await using var server = new LoopbackServer(_ => new(200, ArchiveVectors.Bytes("small.gz"), ("ETag", "\"x\"")));
        await FetchAsync(server, folder, "tarball");

        server.Answer = _ => WebAnswer.NotFound;

        await Assert.ThrowsAsync<FetchException>(() => FetchAsync(server, folder, "tarball"));
    }

    [Theory]
    [InlineData("?b=2&a=1&dir=sub", "?a=1&b=2&dir=sub")]
    [InlineData("?rev=abc#x", "#x")]
    public async Task An_immutable_link_is_the_url_of_an_input_whole(string link, string kept)
    {
        using var folder = new TempFolder();
        await using var server = new LoopbackServer(_ => WebAnswer.NotFound);
        server.Answer = _ => new(200, ArchiveVectors.Bytes("small.gz"), ("Link", $"<{server.Url}/i.tar.gz{link}>; rel=\"immutable\""));

        var fetched = await FetchAsync(server, folder, "tarball");

        Assert.Equal($"{server.Url}/i.tar.gz{kept}", fetched.Locked.Input.Text("url"));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("tarball")]
    public async Task Offline_what_was_downloaded_is_had_and_no_server_is_asked(string type)
    {
        using var folder = new TempFolder();
        await using var server = new LoopbackServer(_ => new(200, ArchiveVectors.Bytes("small.gz"), ("ETag", "\"x\"")));
        var why = await Assert.ThrowsAsync<FetchException>(() => FetchAsync(server, folder, type, FetchMode.Offline));
        Assert.Equal($"'{server.Url}/f' has to be asked, and --offline asks nobody", why.Message);
        Assert.True(why.IsOutside);
        Assert.Empty(server.Requests);

        var fetched = await FetchAsync(server, folder, type);
        var asked = server.Requests.Count;

        Assert.Equal(fetched.Locked, (await FetchAsync(server, folder, type, FetchMode.Offline)).Locked);
        Assert.Equal(asked, server.Requests.Count);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("tarball")]
    public async Task Anew_the_cache_is_not_asked_and_nothing_stands_in(string type)
    {
        using var folder = new TempFolder();
        await using var server = new LoopbackServer(_ => new(200, ArchiveVectors.Bytes("small.gz"), ("ETag", "\"x\"")));
        await FetchAsync(server, folder, type);

        server.Answer = request => request.Headers.ContainsKey("if-none-match")
            ? new(304, [])
            : new(200, ArchiveVectors.Bytes("small.gz"), ("ETag", "\"y\""));
        await FetchAsync(server, folder, type, FetchMode.Anew);
        Assert.DoesNotContain("if-none-match", server.Requests.Last().Headers.Keys);

        server.Answer = _ => WebAnswer.NotFound;
        await Assert.ThrowsAsync<FetchException>(() => FetchAsync(server, folder, type, FetchMode.Anew));
    }

    static Task<FetchedTree> FileAsync(LoopbackServer server, TempFolder folder) => FetchAsync(server, folder, "file");

    static async Task<FetchedTree> FetchAsync(
        LoopbackServer server, TempFolder folder, string type, FetchMode mode = FetchMode.Usual)
    {
        using var downloads = new HttpDownloads(
            () => new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }, Settings, TimeProvider.System)
        {
            IsOffline = mode == FetchMode.Offline,
        };
        using var archives = new DownloadedArchives(folder["tmp"]);
        var fetcher = new TarballFetcher(downloads, archives, new(folder["cache"]), folder["tmp"], mode);
        var reference = FlakeRef.ParseInput($"{type}+{server.Url}/f", wantsTree: type == "tarball", null, null);
        return type == "file"
            ? await fetcher.FetchFileAsync(reference, $"{server.Url}/f", TestContext.Current.CancellationToken)
            : await fetcher.FetchAsync(reference, $"{server.Url}/f", null, TestContext.Current.CancellationToken);
    }
}
