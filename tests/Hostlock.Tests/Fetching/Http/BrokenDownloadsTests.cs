using System.Globalization;
using System.Text;
using Hostlock.Fetching;
using Hostlock.Fetching.Http;
using Hostlock.Flakes;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Http;

/// <summary>Downloads whose connections break off: what goes on, what is read anew, and when it ends.</summary>
public class BrokenDownloadsTests
{
    const string Text = "some text that is not short";

    /// <summary>A clock on which every wait is over at once.</summary>
    sealed class Hurried : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.FromSeconds(50) ? dueTime : TimeSpan.Zero, period);
    }

    static readonly NixSettings Settings = NixSettings.Read(
        new Dictionary<string, string> { ["HOME"] = "/nonexistent", ["NIX_CONF_DIR"] = "/nonexistent" });

    static readonly (string, string) Date = ("Date", "Mon, 30 Nov 2026 00:00:00 GMT");

    /// <summary>
    /// A server whose first answers break off in the middle. It sends a rest if <c>If-Range</c> has its mark, and all otherwise, as RFC
    /// 9110 has it.
    /// </summary>
    static LoopbackServer Breaking(int breaks, string? mark, params (string Name, string Value)[] headers)
    {
        var count = 0;
        return new(request =>
        {
            var isRest = mark is not null && request.Headers.GetValueOrDefault("if-range") == mark;
            return Part(request, Text, isRest, headers) is var answer && count++ < breaks
                ? answer with { CutAt = answer.Body.Length / 2 }
                : answer;
        });
    }

    static WebAnswer Part(WebRequest request, string text, bool isRest, params (string Name, string Value)[] headers)
    {
        var body = Encoding.UTF8.GetBytes(text);
        var from = From(request);
        return isRest && from > 0
            ? new(206, body[from..], [.. headers, ("Content-Range", $"bytes {from}-{body.Length - 1}/{body.Length}")])
            : new(200, body, headers);
    }

    static int From(WebRequest request) => request.Headers.GetValueOrDefault("range") is { } range
        ? int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture)
        : 0;

    /// <summary>Reads a body to its end; the number says how often it was begun.</summary>
    static async Task<(string Text, int Passes)> ReadAsync(LoopbackServer server, string? tag = null)
    {
        using var downloads = new HttpDownloads(() => new SocketsHttpHandler { UseProxy = false }, Settings, new Hurried());
        var passes = 0;
        var text = await downloads.ReadAsync(
            server.Url,
            null,
            tag,
            async download =>
            {
                passes++;
                using var reader = new StreamReader(download.Body);
                return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
            },
            TestContext.Current.CancellationToken);
        return (text, passes);
    }

    static IEnumerable<string> Ranges(LoopbackServer server) =>
        server.TakeRequests().Select(request => request.Headers.GetValueOrDefault("range", ""));

    [Fact]
    public async Task A_body_with_a_strong_tag_goes_on_where_it_broke()
    {
        await using var server = Breaking(2, "\"v\"", ("ETag", "\"v\""));

        Assert.Equal((Text, 1), await ReadAsync(server));
        Assert.Equal(["", "bytes=13-", "bytes=20-"], Ranges(server));
    }

    [Fact]
    public async Task A_body_with_an_old_date_goes_on_where_it_broke()
    {
        const string modified = "Sun, 29 Nov 2026 00:00:00 GMT";
        await using var server = Breaking(1, modified, ("Last-Modified", modified), Date);

        Assert.Equal((Text, 1), await ReadAsync(server));
        Assert.Equal(["", "bytes=13-"], Ranges(server));
    }

    // Without an ETag that only these bytes have, the rest might be that of another body.
    [Theory]
    [InlineData("X", "")]
    [InlineData("Accept-Ranges", "bytes")]
    [InlineData("ETag", "W/\"v\"")]
    [InlineData("Last-Modified", "Mon, 30 Nov 2026 00:00:00 GMT")]
    public async Task A_body_that_nothing_names_is_read_anew(string name, string value)
    {
        await using var server = Breaking(2, value, (name, value), Date);

        Assert.Equal((Text, 3), await ReadAsync(server));
        Assert.Equal(["", "", ""], Ranges(server));
    }

    [Fact]
    public async Task A_body_that_breaks_off_before_its_first_byte_is_read_anew()
    {
        var count = 0;
        await using var server = new LoopbackServer(
            _ => new(200, Encoding.UTF8.GetBytes(Text), ("ETag", "\"v\"")) { CutAt = count++ == 0 ? 0 : null });

        Assert.Equal((Text, 2), await ReadAsync(server));
        Assert.Equal(["", ""], Ranges(server));
    }

    [Fact]
    public async Task A_server_that_sends_all_instead_of_the_rest_is_not_asked_once_more()
    {
        await using var server = Breaking(1, mark: null, ("ETag", "\"v\""));

        Assert.Equal((Text, 2), await ReadAsync(server));
        Assert.Equal(["", "bytes=13-"], Ranges(server));
    }

    [Fact]
    public async Task A_body_that_another_took_the_place_of_is_read_anew()
    {
        var count = 0;
        await using var server = new LoopbackServer(request => count++ == 0
            ? Part(request, Text, false, ("ETag", "\"v\"")) with { CutAt = 5 }
            : Part(request, "another text", request.Headers.GetValueOrDefault("if-range") == "\"w\"", ("ETag", "\"w\"")));

        Assert.Equal(("another text", 2), await ReadAsync(server));
    }

    // What servers get wrong: the part of another body, another part, and a part that does not say which it is.
    [Theory]
    [InlineData(206, "\"w\"", "bytes 5-26/27")]
    [InlineData(206, "\"v\"", "bytes 4-26/27")]
    [InlineData(206, "\"v\"", "lines 5-26/27")]
    [InlineData(206, "\"v\"", "")]
    [InlineData(416, "\"v\"", "bytes */4")]
    public async Task A_rest_that_is_not_the_one_asked_for_is_not_taken(int status, string tag, string range)
    {
        var count = 0;
        await using var server = new LoopbackServer(request => From(request) > 0
            ? new(status, new byte[Text.Length - 5], ("ETag", tag), ("Content-Range", range))
            : new(200, Encoding.UTF8.GetBytes(Text), ("ETag", "\"v\"")) { CutAt = count++ == 0 ? 5 : null });

        Assert.Equal((Text, 2), await ReadAsync(server));
        Assert.Equal(["", "bytes=5-", ""], Ranges(server));
    }

    [Theory]
    [InlineData("\"v\"")]
    [InlineData("W/\"v\"")]
    public async Task A_body_that_always_breaks_off_ends(string tag)
    {
        await using var server = Breaking(100, tag, ("ETag", tag));

        var error = await Assert.ThrowsAsync<FetchException>(() => ReadAsync(server));

        Assert.Contains("the connection broke off", error.Message, StringComparison.Ordinal);
        Assert.Equal(5, server.Requests.Count);
    }

    // What was hashed of the part that came first counts no more.
    [Theory]
    [InlineData("\"v\"", "bytes=")]
    [InlineData("W/\"v\"", "")]
    public async Task An_archive_that_breaks_off_has_the_hash_of_the_whole_one(string tag, string range)
    {
        var archive = ArchiveVectors.Bytes("small.gz");
        var count = 0;
        await using var server = new LoopbackServer(request => From(request) is > 0 and var from
            ? new(206, archive[from..], ("ETag", tag), ("Content-Range", $"bytes {from}-{archive.Length - 1}/{archive.Length}"))
            : new(200, archive, ("ETag", tag)) { CutAt = count++ == 0 ? archive.Length / 2 : null });
        using var folder = new TempFolder();
        using var downloads = new HttpDownloads(() => new SocketsHttpHandler { UseProxy = false }, Settings, new Hurried());
        using var archives = new DownloadedArchives(folder["tmp"]);
        var fetcher = new TarballFetcher(downloads, archives, new(folder["cache"]), folder["tmp"], FetchMode.Usual);
        var url = $"{server.Url}/a.tar.gz";
        var reference = FlakeRef.ParseInput(url, wantsTree: true, null, null);

        var broken = await fetcher.FetchAsync(reference, url, null, TestContext.Current.CancellationToken);
        var ranges = Ranges(server);
        File.WriteAllBytes(folder["a.tar.gz"], archive);
        var whole = await fetcher.FetchAsync(reference, $"file://{folder["a.tar.gz"]}", null, TestContext.Current.CancellationToken);

        Assert.Equal(whole.Locked.NarHash, broken.Locked.NarHash);
        Assert.Equal(["", range], ranges.Select(asked => asked.Length > 0 ? "bytes=" : ""));
    }

    // With such a condition, a server might answer that nothing has changed, although only half of the body has come.
    [Fact]
    public async Task The_rest_is_not_asked_for_on_the_condition_that_the_body_changed()
    {
        await using var server = Breaking(1, "\"v\"", ("ETag", "\"v\""));

        Assert.Equal((Text, 1), await ReadAsync(server, tag: "\"u\""));
        Assert.Equal(
            ["\"u\"", null], server.TakeRequests().Select(request => request.Headers.GetValueOrDefault("if-none-match")));
    }
}
