using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text;

namespace Hostlock.Fetching.Http;

/// <summary>
/// GET over HTTP: follows redirects itself, so that a token stays with its host, tries again where that may help, and never
/// waits for ever. No token is part of any message.
/// </summary>
/// <param name="handler">The wire; it must not follow redirects by itself.</param>
/// <param name="settings">How often to try, and the netrc file.</param>
/// <param name="time">The clock that waits are measured by.</param>
public sealed class HttpDownloads(Func<HttpMessageHandler> handler, NixSettings settings, TimeProvider time) : IDisposable
{
    const int MaximumRedirects = 10;
    const int MaximumAnswer = 16 * 1024 * 1024;
    static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    // Made when first needed: most commands ask nothing of the network, and setting it up takes longer than they do.
    readonly Lazy<HttpClient> _client = new(() => new(handler()) { Timeout = Timeout.InfiniteTimeSpan });

    TimeSpan Patience => settings.StalledDownloadTimeout;

    /// <summary>Starts a download.</summary>
    /// <param name="url">The address.</param>
    /// <param name="token">A token to send along, or null.</param>
    /// <param name="tag">The ETag of what is there already, or null: the server may then answer that nothing has changed.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">It cannot be had.</exception>
    public async Task<Download> GetAsync(string url, TokenHeader? token, string? tag, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (download, failure, wait) = await TryAsync(url, token, tag, attempt, cancellationToken);
            if (download is not null)
                return download;
            if (wait is not { } pause || attempt >= settings.DownloadAttempts)
                throw failure!;
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>A short answer as text.</summary>
    public async Task<string> GetTextAsync(string url, TokenHeader? token, CancellationToken cancellationToken)
    {
        using var download = await GetAsync(url, token, null, cancellationToken);
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

    public void Dispose()
    {
        if (_client.IsValueCreated)
            _client.Value.Dispose();
    }

    async Task<(Download?, FetchException?, TimeSpan? Wait)> TryAsync(string url, TokenHeader? token, string? tag, int attempt, CancellationToken cancellationToken)
    {
        var shown = Shown(url);
        string? link = null;
        var address = new Uri(url);
        try
        {
            for (var redirects = 0; redirects <= MaximumRedirects; redirects++)
            {
                using var stalled = new CancellationTokenSource(Patience, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(stalled.Token, cancellationToken);
                HttpResponseMessage response;
                try
                {
                    response = await _client.Value.SendAsync(Request(address, token, tag), HttpCompletionOption.ResponseHeadersRead, either.Token);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    return (null, FetchException.Unreachable(shown, $"no answer within {Seconds(Patience)}"), Backoff(attempt));
                }
                link ??= ImmutableLink(response.Headers);
                if (response.StatusCode is HttpStatusCode.OK)
                {
                    var body = await response.Content.ReadAsStreamAsync(cancellationToken);
                    return (new(new ImpatientStream(body, response, shown, Patience, time, cancellationToken), link, response.Headers.ETag?.ToString()), null, null);
                }
                using (response)
                {
                    if (response.StatusCode is HttpStatusCode.NotModified && tag is not null)
                        return (new(Stream.Null, link, tag) { IsUnchanged = true }, null, null);
                    if ((int)response.StatusCode is >= 301 and <= 308 && response.Headers.Location is { } location)
                    {
                        address = new(address, location);
                        if (address.Scheme is not ("http" or "https"))
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
            // A certificate that is not trusted today is not trusted in a second either.
            return (null, FetchException.Unreachable(shown, why.InnerException?.Message ?? why.Message, why), why.InnerException is AuthenticationException ? null : Backoff(attempt));
        }
    }

    HttpRequestMessage Request(Uri address, TokenHeader? token, string? tag)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("hostlock", "1"));
        request.Headers.Accept.ParseAdd("*/*");
        if (tag is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        if (token is not null && IsOf(address.Host, token.Host))
            request.Headers.TryAddWithoutValidation(token.Name, token.Value);
        else if (UserInfo(address) is { } login)
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
        return request;
    }

    string? UserInfo(Uri address)
    {
        if (address.UserInfo.Length > 0)
            return Uri.UnescapeDataString(address.UserInfo);
        return Netrc.Find(settings.NetrcFile, address.Host) is var (login, password) ? $"{login}:{password}" : null;
    }

    // A forge's API has a host of its own: api.github.com takes the tokens of github.com.
    static bool IsOf(string host, string owner) => host == owner || host == $"api.{owner}";

    static TimeSpan Backoff(int attempt)
    {
        var wait = FirstWait * Math.Pow(2, attempt - 1);
        return wait < LongestWait ? wait : LongestWait;
    }

    static TimeSpan? WaitFor(HttpResponseMessage response, int attempt)
    {
        if ((int)response.StatusCode is not (408 or 429 or 500 or 502 or 503 or 504))
            return null;
        return response.Headers.RetryAfter?.Delta is { } stated ? stated <= LongestWait ? stated : null : Backoff(attempt);
    }

    static string? HintFor(HttpResponseMessage response) => (int)response.StatusCode switch
    {
        401 => "the token or the password was not accepted; see access-tokens and netrc-file in nix.conf",
        403 or 429 when response.Headers.TryGetValues("x-ratelimit-remaining", out var left) && left.First() == "0" =>
            "the forge's limit for requests is used up; set access-tokens in nix.conf, or wait",
        403 or 404 => "does it exist, and is it public? a private one needs access-tokens in nix.conf",
        _ => null,
    };

    // Exactly <URL>; rel="immutable", as Nix 2.34.8 takes it (libstore/filetransfer.cc).
    static string? ImmutableLink(HttpResponseHeaders headers)
    {
        const string end = ">; rel=\"immutable\"";
        foreach (var name in (ReadOnlySpan<string>)["Link", "x-amz-meta-link"])
        {
            if (!headers.NonValidated.TryGetValues(name, out var values))
                continue;
            foreach (var value in values.Select(value => value.Trim()))
            {
                if (value.StartsWith('<') && value.EndsWith(end, StringComparison.OrdinalIgnoreCase) && value.IndexOf('>', StringComparison.Ordinal) == value.Length - end.Length)
                    return value[1..^end.Length];
            }
        }
        return null;
    }

    /// <summary>A span of time in words, for messages: <c>300 seconds</c>.</summary>
    internal static string Seconds(TimeSpan time) => time.TotalSeconds == 1 ? "1 second" : $"{time.TotalSeconds:0} seconds";

    /// <summary>The address without a password that may be in it.</summary>
    static string Shown(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && address.UserInfo.Length > 0
        ? url.Replace(address.UserInfo + "@", "", StringComparison.Ordinal)
        : url;
}
