using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text;
using Hostlock.Fetching.Compression;

namespace Hostlock.Fetching.Http;

/// <summary>
/// Downloads over HTTP. It follows redirects itself, so that a token stays with its host; it tries again if that may help; and it never
/// waits for ever. No message has a token in it.
/// </summary>
/// <param name="handler">Makes the connection to the network, which must not follow redirects by itself.</param>
/// <param name="settings">The number of attempts, the time limits, and the netrc file.</param>
/// <param name="time">The clock that waits are measured by.</param>
public sealed class HttpDownloads(Func<HttpMessageHandler> handler, NixSettings settings, TimeProvider time) : IDisposable
{
    const int MaximumRedirects = 10;
    const int MaximumAnswer = 16 * 1024 * 1024;
    static readonly string[] LinkHeaders = ["Link", "x-amz-meta-link"];
    static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    // Made on first use, because most commands do not use the network, and setting it up takes longer than they do.
    readonly Lazy<HttpClient> _client = new(() => new(handler()) { Timeout = Timeout.InfiniteTimeSpan });

    TimeSpan Patience => settings.StalledDownloadTimeout;

    /// <summary>True if no server is to be asked.</summary>
    public bool IsOffline { get; init; }

    /// <summary>Is told what went wrong, and the time until the server is asked again; null for nobody.</summary>
    public Action<HostlockException, TimeSpan>? Waits { get; init; }

    /// <summary>
    /// Downloads a body and reads it to its end. If its connection breaks off, the server is asked for the rest of the same body, and the
    /// reader notices nothing. If the server does not give the rest, or has another body by then, the body is read anew from its beginning.
    /// </summary>
    /// <param name="url">The address.</param>
    /// <param name="token">The access token; null if there is none.</param>
    /// <param name="tag">The ETag of the earlier download, so that the server may answer that nothing has changed; null if there is
    /// none.</param>
    /// <param name="readAsync">Reads the body. It is called once more each time that the body is read anew.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The server cannot be reached, or refuses.</exception>
    public async Task<T> ReadAsync<T>(
        string url, TokenHeader? token, string? tag, Func<Download, Task<T>> readAsync, CancellationToken cancellationToken)
    {
        var transfer = new Transfer(this, url, token, tag);
        while (true)
        {
            var answer = await transfer.OpenAsync(cancellationToken);
            try
            {
                using var download = answer.Body is null
                    ? answer.Unchanged(tag)
                    : answer.Whole(new ResumingStream(
                        answer.Body, (passed, why, stop) => transfer.RestAsync(answer, passed, why, stop), cancellationToken));
                return await readAsync(download);
            }
            catch (FetchException why) when (why.IsUnanswered)
            {
                await transfer.AgainAsync(why, cancellationToken);
            }
        }
    }

    /// <summary>Downloads a short text.</summary>
    /// <param name="url">The address.</param>
    /// <param name="token">The access token; null if there is none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The server cannot be reached, or refuses, or the text is not short.</exception>
    public Task<string> GetTextAsync(string url, TokenHeader? token, CancellationToken cancellationToken) =>
        ReadAsync(url, token, null, download => TextAsync(download, url, cancellationToken), cancellationToken);

    static async Task<string> TextAsync(Download download, string url, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await download.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (text.Length + read > MaximumAnswer)
                throw FetchException.BadAnswer(Shown(url), $"it has more than {MaximumAnswer} bytes");
            text.Write(buffer, 0, read);
        }
        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        if (_client.IsValueCreated)
            _client.Value.Dispose();
    }

    /// <summary>The answer of a server.</summary>
    /// <param name="Body">The bytes as they are sent; null if nothing has changed since the given ETag.</param>
    /// <param name="Encodings">The content encodings of the body.</param>
    /// <param name="Shown">The address, for messages.</param>
    /// <param name="Link">The immutable link; null if there was none.</param>
    /// <param name="Tag">The ETag; null if there was none.</param>
    sealed record Answer(Stream? Body, HeaderStringValues Encodings, string Shown, string? Link, string? Tag)
    {
        /// <summary>The number of bytes as they are sent; null if the server does not say.</summary>
        public long? Length { get; init; }

        /// <summary>Names the body so that the server can tell whether it still has the same bytes; null if it gave no such name.</summary>
        public RangeConditionHeaderValue? Mark { get; init; }

        /// <summary>True if the body is the rest that was asked for, and not a whole one.</summary>
        public bool IsRest { get; init; }

        public Download Whole(Stream body) =>
            new(ContentEncoding.Decoded(body, Encodings, Shown), Link, Tag) { Length = Encodings.Count > 0 ? null : Length };

        public Download Unchanged(string? tag) => new(Stream.Null, Link, tag) { IsUnchanged = true };
    }

    /// <summary>The part of a body that has not come yet.</summary>
    /// <param name="From">The number of bytes that have come.</param>
    /// <param name="Of">Names the body that they are of.</param>
    sealed record Rest(long From, RangeConditionHeaderValue Of)
    {
        // An answer may name the body of its part, and must say which part it is.
        public bool IsAnsweredBy(HttpResponseMessage response) =>
            response.Content.Headers.ContentRange is { Unit: "bytes", From: { } from } && from == From
                && (response.Headers.ETag is not { } tag || Of.EntityTag is null || tag.Equals(Of.EntityTag));
    }

    /// <summary>The attempts of one download.</summary>
    sealed class Transfer(HttpDownloads downloads, string url, TokenHeader? token, string? tag)
    {
        int _attempt;

        // A whole body that came in place of a rest; null if none did.
        Answer? _instead;

        /// <summary>Asks for the body from its beginning, until a server answers or no attempt is left.</summary>
        /// <param name="cancellationToken">Stops it.</param>
        public async Task<Answer> OpenAsync(CancellationToken cancellationToken)
        {
            var answer = _instead ?? await AskAsync(null, cancellationToken);
            _instead = null;
            return answer;
        }

        /// <summary>Asks for the rest of a body whose connection broke off.</summary>
        /// <param name="of">The answer whose body it is.</param>
        /// <param name="passed">The number of bytes that have come.</param>
        /// <param name="why">Why no more came. It is thrown if the rest cannot be had, so that the body is read anew.</param>
        /// <param name="cancellationToken">Stops it.</param>
        public async Task<Stream> RestAsync(Answer of, long passed, FetchException why, CancellationToken cancellationToken)
        {
            // Halves of two different bodies would make a tree that never existed. Nix 2.34.8 asks for the rest without a mark.
            if (passed == 0 || of.Mark is not { } mark)
                throw why;
            await PauseAsync(why, Backoff(_attempt), cancellationToken);
            var answer = await AskAsync(new(passed, mark), cancellationToken);
            if (answer.IsRest)
                return answer.Body!;
            _instead = answer;
            throw why;
        }

        /// <summary>Waits until the body can be asked for from its beginning; throws the failure if no attempt is left.</summary>
        /// <param name="failure">Why it is asked for again.</param>
        /// <param name="cancellationToken">Stops it.</param>
        public Task AgainAsync(FetchException failure, CancellationToken cancellationToken) =>
            _instead is null ? PauseAsync(failure, Backoff(_attempt), cancellationToken) : Task.CompletedTask;

        async Task<Answer> AskAsync(Rest? rest, CancellationToken cancellationToken)
        {
            if (downloads.IsOffline)
                throw FetchException.Offline(Shown(url));
            while (true)
            {
                var (answer, failure, wait) = await downloads.TryAsync(url, token, tag, rest, ++_attempt, cancellationToken);
                if (answer is not null)
                    return answer;
                await PauseAsync(failure!, wait, cancellationToken);
            }
        }

        Task PauseAsync(FetchException failure, TimeSpan? wait, CancellationToken cancellationToken)
        {
            if (wait is not { } pause || _attempt >= downloads.Attempts)
                throw failure;
            downloads.Waits?.Invoke(failure, pause);
            return Task.Delay(pause, downloads.Clock, cancellationToken);
        }
    }

    int Attempts => settings.DownloadAttempts;

    TimeProvider Clock => time;

    async Task<(Answer?, FetchException?, TimeSpan? Wait)> TryAsync(
        string url, TokenHeader? token, string? tag, Rest? rest, int attempt, CancellationToken cancellationToken)
    {
        var shown = Shown(url);
        string? link = null;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Host.Length == 0)
            return (null, FetchException.NoHost(shown), null);
        var credentials = new Credentials(address, token, settings.NetrcFile);
        try
        {
            for (var redirects = 0; redirects <= MaximumRedirects; redirects++)
            {
                if (await SendAsync(Request(address, credentials, tag, rest), cancellationToken) is not { } response)
                    return (null, FetchException.Unreachable(shown, $"no answer within {Seconds(Patience)}"), Backoff(attempt));
                link = ImmutableLink(response.Headers) ?? link;
                // Nix takes these codes for success.
                if ((int)response.StatusCode is 200 or 201 or 204 or 206)
                    return await BodyAsync(response, shown, link, rest, cancellationToken);
                using (response)
                {
                    if (response.StatusCode is HttpStatusCode.NotModified && tag is not null && rest is null)
                        return (new(null, default, shown, link, tag), null, null);
                    if ((int)response.StatusCode is >= 300 and < 400 and not 304 && response.Headers.Location is { } location)
                    {
                        if (!Uri.TryCreate(address, location, out address) || address.Scheme is not ("http" or "https"))
                            return (null, FetchException.BadAnswer(shown, "it redirects to something that is not HTTP"), null);
                        continue;
                    }
                    return (null, FetchException.Http(shown, (int)response.StatusCode, HintFor(response)), WaitFor(response, attempt));
                }
            }
            return (null, FetchException.Unreachable(shown, $"more than {MaximumRedirects} redirects"), null);
        }
        catch (HttpRequestException why)
        {
            // A certificate that is not trusted now will not be trusted in a second, so there is no other attempt.
            return (
                null,
                FetchException.Unreachable(shown, why.InnerException?.Message ?? why.Message, why),
                why.InnerException is AuthenticationException ? null : Backoff(attempt));
        }
    }

    // Null if no answer began in time.
    async Task<HttpResponseMessage?> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var stalled = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stalled.Token, cancellationToken);
        try
        {
            return await _client.Value.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    // The response lasts as long as its body.
    async Task<(Answer?, FetchException?, TimeSpan? Wait)> BodyAsync(
        HttpResponseMessage response, string shown, string? link, Rest? rest, CancellationToken cancellationToken)
    {
        var isRest = rest is not null && response.StatusCode == HttpStatusCode.PartialContent;
        var wrong = !HasLength(response.Content.Headers) ? FetchException.BadAnswer(shown, "its Content-Length is no number")
            : isRest && !rest!.IsAnsweredBy(response) ? FetchException.Unreachable(shown, "another part came than was asked for")
            : null;
        if (wrong is not null)
        {
            response.Dispose();
            return (null, wrong, null);
        }
        var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var sent = new ImpatientStream(body, response, shown, Patience, time, cancellationToken);
        _ = response.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var encodings);
        var answer = new Answer(sent, encodings, shown, link, response.Headers.ETag?.ToString())
        {
            Length = response.Content.Headers.ContentLength,
            Mark = MarkOf(response),
            IsRest = isRest,
        };
        return (answer, null, null);
    }

    // Without a length that can be read, the body would last until the server closes the connection, which it may never do.
    static bool HasLength(HttpContentHeaders headers) =>
        !headers.NonValidated.TryGetValues("Content-Length", out var lengths)
            || lengths.All(length => length.Trim() is { Length: > 0 } text && text.All(char.IsAsciiDigit));

    // Different bytes may have the same weak ETag, and bytes that change twice in a second the same time (RFC 9110, 8.8.2.2).
    static RangeConditionHeaderValue? MarkOf(HttpResponseMessage response) =>
        response.Headers.ETag is { } tag ? tag.IsWeak ? null : new(tag)
        : response.Content.Headers.LastModified is { } modified && response.Headers.Date is { } date
            && date - modified >= TimeSpan.FromSeconds(1)
            ? new(modified)
            : null;

    HttpRequestMessage Request(Uri address, Credentials credentials, string? tag, Rest? rest)
    {
        // Only TLS lets a server say that it speaks HTTP/2. Then all requests to it share one connection.
        var version = settings.UsesHttp2 ? HttpVersion.Version20 : HttpVersion.Version11;
        var request = new HttpRequestMessage(HttpMethod.Get, address) { Version = version };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("hostlock", "1"));
        request.Headers.Accept.ParseAdd("*/*");
        if (rest is not null)
            (request.Headers.Range, request.Headers.IfRange) = (new(rest.From, null), rest.Of);
        else if (tag is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        credentials.AddTo(request);
        return request;
    }

    static TimeSpan Backoff(int attempt)
    {
        var wait = FirstWait * Math.Pow(2, attempt - 1);
        return wait < LongestWait ? wait : LongestWait;
    }

    // Like Nix 2.34.8, this tries again after every error that is not the client's fault (libstore/filetransfer.cc).
    TimeSpan? WaitFor(HttpResponseMessage response, int attempt)
    {
        if ((int)response.StatusCode is (>= 400 and < 500 and not (408 or 429)) or 501 or 505 or 511)
            return null;
        var stated = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return stated is null ? Backoff(attempt) : stated <= LongestWait ? stated < TimeSpan.Zero ? TimeSpan.Zero : stated : null;
    }

    static string? HintFor(HttpResponseMessage response) => (int)response.StatusCode switch
    {
        401 => "the token or the password was not accepted; see access-tokens and netrc-file in nix.conf",
        403 or 429 when response.Headers.TryGetValues("x-ratelimit-remaining", out var left) && left.First() == "0" =>
            "the forge's limit for requests is used up; set access-tokens in nix.conf, or wait",
        403 or 404 => "does it exist, and is it public? a private one needs access-tokens in nix.conf",
        _ => null,
    };

    // The form is exactly <URL>; rel="immutable", and the last of several counts, as in Nix 2.34.8 (libstore/filetransfer.cc).
    static string? ImmutableLink(HttpResponseHeaders headers)
    {
        const string end = ">; rel=\"immutable\"";
        string? link = null;
        foreach (var (name, values) in headers.NonValidated)
        {
            if (!LinkHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
                continue;
            foreach (var value in values.Select(value => value.Trim()))
            {
                if (value.StartsWith('<') && value.EndsWith(end, StringComparison.OrdinalIgnoreCase)
                    && value.IndexOf('>', StringComparison.Ordinal) == value.Length - end.Length)
                {
                    link = value[1..^end.Length];
                }
            }
        }
        return link;
    }

    /// <summary>A span of time in words, for messages: <c>300 seconds</c>.</summary>
    internal static string Seconds(TimeSpan time) => time.TotalSeconds == 1 ? "1 second" : $"{time.TotalSeconds:0} seconds";

    /// <summary>The address without its user and password.</summary>
    static string Shown(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && address.UserInfo.Length > 0
        ? url.Replace(address.UserInfo + "@", "", StringComparison.Ordinal)
        : url;
}
