using System.Net;
using Hostlock.Fetching;
using Hostlock.Fetching.Http;

namespace Hostlock.Tests.Fetching.Http;

/// <summary>Downloads over a pretend wire: redirects, tokens, what is tried again and what is not.</summary>
public class HttpDownloadsTests
{
    /// <summary>Answers each request by its address, and remembers what was asked.</summary>
    sealed class Wire(Func<HttpRequestMessage, int, HttpResponseMessage> answer) : HttpMessageHandler
    {
        public List<string> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add($"{request.RequestUri}{(request.Headers.Authorization is null ? "" : " with a token")}");
            return Task.FromResult(answer(request, Asked.Count));
        }
    }

    /// <summary>A clock on which every wait is over at once.</summary>
    sealed class Hurried : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.FromSeconds(50) ? dueTime : TimeSpan.Zero, period);
    }

    static readonly NixSettings Settings = NixSettings.Read(
        new Dictionary<string, string> { ["HOME"] = "/nonexistent", ["NIX_CONF_DIR"] = "/nonexistent" });

    static HttpDownloads Over(Wire wire) => new(() => wire, Settings, new Hurried());

    static HttpResponseMessage Answer(HttpStatusCode status, string body = "") => new(status) { Content = new StringContent(body) };

    static HttpResponseMessage Redirect(string to) => new(HttpStatusCode.Found) { Headers = { Location = new(to) } };

    [Fact]
    public async Task What_may_pass_is_tried_again()
    {
        using var wire = new Wire(
            (_, count) => count < 3 ? Answer(HttpStatusCode.InternalServerError) : Answer(HttpStatusCode.OK, "there"));
        using var downloads = Over(wire);

        Assert.Equal("there", await downloads.GetTextAsync("https://h.test/a", null, TestContext.Current.CancellationToken));
        Assert.Equal(3, wire.Asked.Count);
    }

    [Fact]
    public async Task Each_wait_is_told_with_its_reason()
    {
        using var wire = new Wire(
            (_, count) => count < 3 ? Answer(HttpStatusCode.InternalServerError) : Answer(HttpStatusCode.OK, "there"));
        var told = new List<string>();
        using var downloads = new HttpDownloads(() => wire, Settings, new Hurried())
        {
            Waits = (why, pause) => told.Add(FormattableString.Invariant($"{why.Message} {pause.TotalMilliseconds}")),
        };

        await downloads.GetTextAsync("https://h.test/a", null, TestContext.Current.CancellationToken);

        const string Why = "unable to download 'https://h.test/a': HTTP error 500";
        Assert.Equal([$"{Why} 250", $"{Why} 500"], told);
    }

    [Theory]
    [InlineData(null, 5L)]
    [InlineData("gzip", null)]
    public async Task The_length_of_a_body_is_known_if_nothing_is_put_around_it(string? encoding, long? length)
    {
        var answer = Answer(HttpStatusCode.OK, "there");
        if (encoding is not null)
            answer.Content.Headers.ContentEncoding.Add(encoding);
        using var wire = new Wire((_, _) => answer);
        using var downloads = Over(wire);

        Assert.Equal(
            length,
            await downloads.ReadAsync(
                "https://h.test/a", null, null, download => Task.FromResult(download.Length), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, 1)]
    [InlineData(HttpStatusCode.Unauthorized, 1)]
    [InlineData(HttpStatusCode.BadGateway, 5)]
    public async Task What_does_not_pass_is_an_error_of_the_world(HttpStatusCode status, int requests)
    {
        using var wire = new Wire((_, _) => Answer(status));
        using var downloads = Over(wire);

        var error = await Assert.ThrowsAsync<FetchException>(
            () => downloads.GetTextAsync("https://h.test/a", null, TestContext.Current.CancellationToken));

        Assert.True(error.IsOutside);
        Assert.Contains($"HTTP error {(int)status}", error.Message, StringComparison.Ordinal);
        Assert.Equal(requests, wire.Asked.Count);
    }

    [Theory]
    [InlineData("-5")]
    [InlineData("")]
    [InlineData("5, 5")]
    [InlineData("five")]
    public async Task A_length_that_is_no_number_is_an_error_at_once(string length)
    {
        var answer = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([]) };
        answer.Content.Headers.TryAddWithoutValidation("Content-Length", length);
        using var wire = new Wire((_, _) => answer);
        using var downloads = Over(wire);

        var error = await Assert.ThrowsAsync<FetchException>(
            () => downloads.GetTextAsync("https://h.test/a", null, TestContext.Current.CancellationToken));

        Assert.EndsWith("its Content-Length is no number", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsOutside);
    }

    [Theory]
    [InlineData("http:///x")]
    [InlineData("https://")]
    [InlineData("http://[::1")]
    [InlineData("http://a b/x")]
    [InlineData("http://:80/x")]
    [InlineData("http://h:99999/x")]
    [InlineData("http://h:abc/x")]
    [InlineData("http://@/x")]
    [InlineData("http://../x")]
    public async Task An_address_without_a_server_is_no_bug(string url)
    {
        using var downloads = new HttpDownloads(() => new SocketsHttpHandler(), Settings, TimeProvider.System);

        var error = await Assert.ThrowsAsync<FetchException>(
            () => downloads.GetTextAsync(url, null, TestContext.Current.CancellationToken));

        Assert.Equal($"'{url}' names no server", error.Message);
        Assert.False(error.IsOutside);
    }

    // What Nix 2.34.8 takes for success, tries again, and does not (libstore/filetransfer.cc).
    [Theory]
    [InlineData(200, 1, true)]
    [InlineData(201, 1, true)]
    [InlineData(206, 1, true)]
    [InlineData(202, 5, false)]
    [InlineData(203, 5, false)]
    [InlineData(300, 5, false)]
    [InlineData(400, 1, false)]
    [InlineData(408, 5, false)]
    [InlineData(410, 1, false)]
    [InlineData(429, 5, false)]
    [InlineData(501, 1, false)]
    [InlineData(505, 1, false)]
    [InlineData(511, 1, false)]
    [InlineData(520, 5, false)]
    public async Task A_status_is_judged_as_Nix_judges_it(int status, int requests, bool isGood)
    {
        using var wire = new Wire((_, _) => Answer((HttpStatusCode)status, "there"));
        using var downloads = Over(wire);

        var text = downloads.GetTextAsync("https://h.test/a", null, TestContext.Current.CancellationToken);

        if (isGood)
            Assert.Equal("there", await text);
        else
            await Assert.ThrowsAsync<FetchException>(() => text);
        Assert.Equal(requests, wire.Asked.Count);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(305)]
    [InlineData(308)]
    public async Task Every_status_with_a_place_to_go_leads_there(int status)
    {
        using var wire = new Wire((request, _) => request.RequestUri!.AbsolutePath == "/there"
            ? Answer(HttpStatusCode.OK, "there")
            : new((HttpStatusCode)status) { Headers = { Location = new("/there", UriKind.Relative) } });
        using var downloads = Over(wire);

        Assert.Equal("there", await downloads.GetTextAsync("https://h.test/a", null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_last_immutable_link_counts()
    {
        using var wire = new Wire((_, count) =>
        {
            var response = count == 1 ? Redirect("https://h.test/there") : Answer(HttpStatusCode.OK);
            string[] links =
            [
                $"<https://h.test/{count}>; rel=\"immutable\"",
                $"<https://h.test/{count}b>; REL=\"IMMUTABLE\"",
                "<x>; rel=\"next\"",
            ];
            foreach (var link in links)
                response.Headers.TryAddWithoutValidation("Link", link);
            return response;
        });
        using var downloads = Over(wire);

        Assert.Equal("https://h.test/2b", await LinkAsync(downloads));
    }

    [Fact]
    public async Task A_body_comes_without_its_content_encoding()
    {
        using var wire = new Wire((_, _) =>
        {
            using var bytes = new MemoryStream();
            using (var gzip = new System.IO.Compression.GZipStream(bytes, System.IO.Compression.CompressionLevel.Fastest))
                gzip.Write("there"u8);
            var content = new ByteArrayContent(bytes.ToArray());
            content.Headers.ContentEncoding.Add("gzip");
            return new(HttpStatusCode.OK) { Content = content };
        });
        using var downloads = Over(wire);

        Assert.Equal("there", await downloads.GetTextAsync("https://h.test/a", null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_used_up_limit_says_what_helps()
    {
        using var wire = new Wire((_, _) =>
        {
            var response = Answer(HttpStatusCode.Forbidden);
            response.Headers.Add("x-ratelimit-remaining", "0");
            return response;
        });
        using var downloads = Over(wire);

        var error = await Assert.ThrowsAsync<FetchException>(
            () => downloads.GetTextAsync("https://api.github.com/x", null, TestContext.Current.CancellationToken));

        Assert.Contains("access-tokens", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_stays_with_its_host()
    {
        using var wire = new Wire((request, _) => request.RequestUri!.Host switch
        {
            "api.github.com" => Redirect("https://codeload.test/x"),
            _ => Answer(HttpStatusCode.OK, "there"),
        });
        using var downloads = Over(wire);

        await downloads.GetTextAsync(
            "https://api.github.com/x", new("github.com", "Authorization", "token secret"), TestContext.Current.CancellationToken);

        Assert.Equal(["https://api.github.com/x with a token", "https://codeload.test/x"], wire.Asked);
    }

    [Fact]
    public async Task Redirects_without_end_end()
    {
        using var wire = new Wire((_, count) => Redirect($"https://h.test/{count}"));
        using var downloads = Over(wire);

        var error = await Assert.ThrowsAsync<FetchException>(
            () => downloads.GetTextAsync("https://h.test/a", null, TestContext.Current.CancellationToken));

        Assert.Contains("more than 10 redirects", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_in_an_address_is_not_in_the_error()
    {
        using var wire = new Wire((_, _) => Answer(HttpStatusCode.NotFound));
        using var downloads = Over(wire);

        var error = await Assert.ThrowsAsync<FetchException>(
            () => downloads.GetTextAsync("https://me:secret@h.test/a", null, TestContext.Current.CancellationToken));

        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<https://h.test/b.tar.gz>; rel=\"immutable\"", "https://h.test/b.tar.gz")]
    [InlineData("<https://h.test/b.tar.gz>; rel=immutable", null)]
    [InlineData("<https://h.test/b.tar.gz>;rel=\"immutable\"", null)]
    [InlineData("<https://h.test/b>; rel=\"x\", <https://h.test/c>; rel=\"immutable\"", null)]
    public async Task An_immutable_link_is_taken_where_it_is_written_as_Nix_wants_it(string header, string? link)
    {
        using var wire = new Wire((_, count) =>
        {
            if (count > 1)
                return Answer(HttpStatusCode.OK);
            var response = Redirect("https://h.test/there");
            response.Headers.TryAddWithoutValidation("Link", header);
            return response;
        });
        using var downloads = Over(wire);

        Assert.Equal(link, await LinkAsync(downloads));
    }

    static Task<string?> LinkAsync(HttpDownloads downloads) => downloads.ReadAsync(
        "https://h.test/a.tar.gz", null, null, download => Task.FromResult(download.ImmutableLink), TestContext.Current.CancellationToken);
}
