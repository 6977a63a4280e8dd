using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hostlock.Tests.Support;

/// <summary>A request as it came: <c>GET</c>, <c>/path?query</c>, and headers by lower-case name.</summary>
sealed record WebRequest(string Method, string Host, string Target, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The body of the request, as far as <c>content-length</c> says; empty if it has none.</summary>
    public byte[] Body { get; init; } = [];

    public override string ToString() => $"{Method} {Host}{Target}";
}

/// <summary>An answer: what is sent, and how the sending goes wrong.</summary>
sealed record WebAnswer(int Status, byte[] Body, params (string Name, string Value)[] Headers)
{
    /// <summary>The number of bytes of the body after which the connection is closed; null for all.</summary>
    public int? CutAt { get; init; }

    /// <summary>Bytes of the body after which nothing more comes, and the connection stays.</summary>
    public int? StallsAt { get; init; }

    /// <summary>True if nothing is ever said.</summary>
    public bool Hangs { get; init; }

    public static WebAnswer Text(string text, int status = 200) =>
        new(status, Encoding.UTF8.GetBytes(text), ("Content-Type", "application/json"));

    public static readonly WebAnswer NotFound = Text("not found", 404);
}

/// <summary>A web server on the loopback that answers what a test says, writes down what it is asked, and can answer wrongly.</summary>
class LoopbackServer : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly Task _serving;

    public LoopbackServer(Func<WebRequest, WebAnswer> answer)
    {
        Answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    public Func<WebRequest, WebAnswer> Answer { get; set; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>The requests, in their order.</summary>
    public List<WebRequest> Requests { get; } = [];

    /// <summary>The requests since the last call.</summary>
    public IReadOnlyList<WebRequest> TakeRequests()
    {
        lock (Requests)
        {
            var taken = Requests.ToArray();
            Requests.Clear();
            return taken;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _listener.Dispose();
        _stop.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Speaks with a client until its connection ends; here by plain HTTP.</summary>
    protected virtual Task SpeakAsync(Stream stream, CancellationToken stop) => AnswerAllAsync(stream, null, stop);

    /// <summary>Answers the requests of one connection until it ends.</summary>
    protected async Task AnswerAllAsync(Stream stream, string? host, CancellationToken stop)
    {
        while (await ReadAsync(stream, host, stop) is { } request)
        {
            if (!await AnswerOneAsync(stream, request, stop))
                return;
        }
    }

    /// <summary>Answers a request; false if the connection is to be closed then.</summary>
    protected async Task<bool> AnswerOneAsync(Stream stream, WebRequest request, CancellationToken stop)
    {
        lock (Requests)
            Requests.Add(request);
        return await SendAsync(stream, Answer(request), request.Method == "HEAD", stop);
    }

    /// <summary>The next request; null if the other side is done.</summary>
    protected static async Task<WebRequest?> ReadAsync(Stream stream, string? host, CancellationToken stop)
    {
        var lines = new List<string>();
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, stop) == 1)
        {
            if (one[0] != '\n')
            {
                line.Append((char)one[0]);
                continue;
            }
            var text = line.ToString().TrimEnd('\r');
            line.Clear();
            if (text.Length > 0)
            {
                lines.Add(text);
                continue;
            }
            var first = lines[0].Split(' ');
            var headers = lines.Skip(1)
                .Select(header => header.Split(':', 2))
                .ToDictionary(pair => pair[0].ToLowerInvariant(), pair => pair[1].Trim());
            var body = new byte[int.Parse(headers.GetValueOrDefault("content-length", "0"), CultureInfo.InvariantCulture)];
            await stream.ReadExactlyAsync(body, stop);
            return new(first[0], host ?? headers.GetValueOrDefault("host", ""), first[1], headers) { Body = body };
        }
        return null;
    }

    static async Task<bool> SendAsync(Stream stream, WebAnswer answer, bool isHead, CancellationToken stop)
    {
        if (answer.Hangs)
            await Task.Delay(Timeout.Infinite, stop);
        var head = new StringBuilder(
            $"HTTP/1.1 {answer.Status} {(HttpStatusCode)answer.Status}\r\nContent-Length: {answer.Body.Length}\r\n");
        foreach (var (name, value) in answer.Headers)
            head.Append($"{name}: {value}\r\n");
        await stream.WriteAsync(Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()), stop);
        if (!isHead)
            await stream.WriteAsync(answer.Body.AsMemory(0, answer.StallsAt ?? answer.CutAt ?? answer.Body.Length), stop);
        if (answer.StallsAt is not null)
            await Task.Delay(Timeout.Infinite, stop);
        return answer.CutAt is null;
    }

    async Task ServeAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                // A connection never runs on the thread that accepts: an answer that waits for another request would wait for ever, if
                // all that is read before it had come by then.
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                open.Add(Task.Run(() => ConnectionAsync(client)));
            }
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException
            || (ended is InvalidOperationException && _stop.IsCancellationRequested))
        {
            // The server was stopped.
        }
        await Task.WhenAll(open);
    }

    async Task ConnectionAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await SpeakAsync(client.GetStream(), _stop.Token);
            }
            catch (Exception ended) when (
                ended is IOException or SocketException or OperationCanceledException
                    or System.Security.Authentication.AuthenticationException)
            {
                // The other side left, or did not like what it was shown.
            }
        }
    }
}
