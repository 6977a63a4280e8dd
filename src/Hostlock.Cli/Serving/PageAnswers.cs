using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Hostlock.Reporting.Pages;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Hostlock.Cli.Serving;

/// <summary>Answers the requests of a page.</summary>
/// <param name="gate">Decides who gets an answer.</param>
/// <param name="site">The page and its commands.</param>
/// <param name="ended">Ends answers that last.</param>
sealed class PageAnswers(PageGate gate, FleetSite site, CancellationToken ended)
{
    const int MostListeners = 16;
    const string Html = "text/html; charset=utf-8", Plain = "text/plain; charset=utf-8", EventStream = "text/event-stream";

    // A browser that lost the connection waits some seconds by itself.
    const string Reconnecting = "retry: 500\n\n";

    // The time that browsers and proxies allow.
    static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    // A command that prints much is shown in pieces.
    static readonly TimeSpan Between = TimeSpan.FromMilliseconds(40);

    int _listeners;

    /// <summary>Answers a request.</summary>
    /// <param name="features">The request and its answer.</param>
    public async Task AnswerAsync(IFeatureCollection features)
    {
        var answer = new Answer(features);
        try
        {
            await AnswerAsync(answer, gate.Decide(RequestOf(features.Get<IHttpRequestFeature>()!)), features);
        }
        catch (BadHttpRequestException why) when (!answer.HasBegun)
        {
            await answer.SendAsync(why.StatusCode, Plain, "the request is too large or malformed\n");
        }
        catch (Exception why) when (why is OperationCanceledException or IOException)
        {
            // The browser has gone, or this server ends.
        }
        catch (HostlockException why)
        {
            await answer.SendAsync(StatusCodes.Status400BadRequest, Plain, site.Rendered(why));
        }
        catch (Exception bug)
        {
            site.Tell(bug);
            if (answer.HasBegun)
                return;
            await answer.SendAsync(StatusCodes.Status500InternalServerError, Plain, "this is a bug of hostlock; its terminal says more");
        }
    }

    async Task AnswerAsync(Answer answer, PageAnswer decided, IFeatureCollection features)
    {
        switch (decided)
        {
            case PageAnswer.Refused:
                await answer.SendAsync(
                    StatusCodes.Status403Forbidden, Plain, "the address with the token is in the terminal of hostlock\n");
                break;
            case PageAnswer.Enter(var isRedirect):
                answer.Headers.SetCookie = site.Secrets.SetCookie;
                if (isRedirect)
                    answer.Headers.Location = "/";
                await answer.SendAsync(
                    isRedirect ? StatusCodes.Status303SeeOther : StatusCodes.Status200OK, Html,
                    "<!DOCTYPE html><html lang=\"en\"><title>hostlock</title><meta http-equiv=\"refresh\" content=\"0;url=/\"></html>\n");
                break;
            case PageAnswer.Page:
                answer.Headers.ContentSecurityPolicy = $"{HtmlPage.Policy(isServed: true)}; frame-ancestors 'none'";
                await answer.SendAsync(StatusCodes.Status200OK, Html, await site.PageAsync());
                break;
            case PageAnswer.Events:
                await SendEventsAsync(answer);
                break;
            case PageAnswer.Command(var order):
                await CommandAsync(answer, order, features.Get<IHttpRequestFeature>()!.Body);
                break;
            case PageAnswer.Nothing:
                await answer.SendAsync(StatusCodes.Status204NoContent, null, "");
                break;
            case PageAnswer.Missing:
                await answer.SendAsync(StatusCodes.Status404NotFound, Plain, "nothing is here\n");
                break;
            case PageAnswer.WrongMethod(var allowed):
                answer.Headers.Allow = allowed;
                await answer.SendAsync(StatusCodes.Status405MethodNotAllowed, Plain, $"this takes {allowed}\n");
                break;
            default:
                throw new UnreachableException();
        }
    }

    async Task CommandAsync(Answer answer, PageOrder order, Stream body)
    {
        if (await OrderedAsync(order, body, answer.Gone) is not var (command, number))
        {
            await answer.SendAsync(StatusCodes.Status400BadRequest, Plain, "the request is malformed\n");
            return;
        }
        var why = order switch
        {
            PageOrder.Plan => site.Seat.TryPlan(command!) ? null : "another command is under way",
            PageOrder.Do => site.Seat.TryDo(number),
            _ => site.Seat.TryStop(number),
        };
        await answer.SendAsync(why is null ? StatusCodes.Status202Accepted : StatusCodes.Status409Conflict, Plain, why ?? "");
    }

    // The request of a page: a command, or the number of one; null if it is neither.
    async Task<(PageCommand? Command, int Number)?> OrderedAsync(PageOrder order, Stream body, CancellationToken stop)
    {
        try
        {
            using var json = await JsonDocument.ParseAsync(body, default, stop);
            return order == PageOrder.Plan
                ? (site.Parse(json.RootElement), 0)
                : (null, json.RootElement.GetProperty(order == PageOrder.Do ? "plan" : "run").GetInt32());
        }
        catch (Exception why) when (why is JsonException or InvalidOperationException or ArgumentException or FormatException
            or KeyNotFoundException)
        {
            return null;
        }
    }

    async Task SendEventsAsync(Answer answer)
    {
        try
        {
            if (Interlocked.Increment(ref _listeners) > MostListeners)
            {
                await answer.SendAsync(StatusCodes.Status503ServiceUnavailable, Plain, "too many pages are open\n");
                return;
            }
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(ended, answer.Gone);
            await answer.BeginAsync(StatusCodes.Status200OK, EventStream);
            await answer.WriteAsync(Reconnecting, gone.Token);
            var told = (State: -1L, Id: 0, Words: "", Text: (Length: 0, Cuts: 0));
            while (true)
            {
                var next = site.Changed.Next;
                var said = new StringBuilder();
                if (site.State is var state && state != told.State)
                {
                    said.Append(CultureInfo.InvariantCulture, $"event: state\ndata: {state}\n\n");
                    told.State = state;
                }
                if (site.Seat.Current is { } run)
                {
                    var words = run.Told;
                    var text = run.Text.After(run.Id == told.Id ? told.Text : (0, 0));
                    if (run.Id != told.Id || words != told.Words || text.Text.Length > 0)
                        said.Append("event: run\ndata: ").Append(Json(run, words, text.Text, text.From)).Append("\n\n");
                    told = (told.State, run.Id, words, (text.Length, text.Cuts));
                }
                await answer.WriteAsync(said.Length > 0 ? said.ToString() : ":\n\n", gone.Token);
                await Task.Delay(Between, gone.Token);
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(gone.Token);
                await Task.WhenAny(next, Task.Delay(Heartbeat, patience.Token));
                await patience.CancelAsync();
                gone.Token.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _listeners);
        }
    }

    static string Json(CommandOnPage run, string words, string text, int from)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("id", run.Id);
            json.WriteString("line", run.Command.Line);
            json.WriteString("told", words);
            json.WriteBoolean("isRunning", run.Code is null);
            json.WriteBoolean("isBad", run.Code is not (null or ExitCode.Done or ExitCode.Waiting));
            json.WriteBoolean("canDo", run.CanBeDone);
            json.WriteNumber("from", from);
            json.WriteString("text", text);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    static PageRequest RequestOf(IHttpRequestFeature request)
    {
        // The raw target says what is asked for: the decoded path may differ from the one that was sent.
        var (target, headers) = (request.RawTarget, request.Headers);
        var query = target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var at ? at : target.Length;
        return new(request.Method, target[..query], target[query..])
        {
            Host = headers.Host.ToString(),
            Origin = OrNull(headers.Origin),
            Site = OrNull(headers["Sec-Fetch-Site"]),
            Cookies = headers.Cookie.ToString(),
            Key = headers["Hostlock-Key"].ToString(),
            Type = headers.ContentType.ToString(),
        };

        static string? OrNull(StringValues values) => values.Count == 0 ? null : values.ToString();
    }

    // An answer as it is sent. Each has the same headers: it is kept nowhere, shown in no frame, and told to no other address.
    sealed class Answer
    {
        readonly IHttpResponseFeature _response;
        readonly IHttpResponseBodyFeature _body;

        public Answer(IFeatureCollection features)
        {
            _response = features.Get<IHttpResponseFeature>()!;
            _body = features.Get<IHttpResponseBodyFeature>()!;
            Gone = features.Get<IHttpRequestLifetimeFeature>()!.RequestAborted;
        }

        public IHeaderDictionary Headers => _response.Headers;

        public CancellationToken Gone { get; }

        public bool HasBegun => _response.HasStarted;

        public async Task BeginAsync(int status, string? type)
        {
            _response.StatusCode = status;
            if (type is not null)
                Headers.ContentType = type;
            Headers.CacheControl = "no-store";
            Headers.XContentTypeOptions = "nosniff";
            Headers.XFrameOptions = "DENY";
            Headers["Referrer-Policy"] = "no-referrer";
            Headers["Cross-Origin-Opener-Policy"] = "same-origin";
            Headers["Cross-Origin-Resource-Policy"] = "same-origin";
            if (Headers.ContentSecurityPolicy.Count == 0)
                Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
            await _body.StartAsync(Gone);
        }

        public async Task WriteAsync(string text, CancellationToken stop)
        {
            await _body.Stream.WriteAsync(Encoding.UTF8.GetBytes(text), stop);
            await _body.Stream.FlushAsync(stop);
        }

        public async Task SendAsync(int status, string? type, string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            if (status != StatusCodes.Status204NoContent)
                Headers.ContentLength = bytes.Length;
            await BeginAsync(status, type);
            if (bytes.Length > 0)
                await _body.Stream.WriteAsync(bytes, Gone);
        }
    }
}
