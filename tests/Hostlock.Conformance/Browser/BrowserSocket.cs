using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Hostlock.Conformance.Browser;

/// <summary>A connection to a browser, or to a page of it, by the browser's own protocol. One question is asked at a time.</summary>
/// <remarks>https://chromedevtools.github.io/devtools-protocol</remarks>
sealed class BrowserSocket : IDisposable
{
    readonly ClientWebSocket _socket = new();
    int _asked;

    /// <summary>The events that the browser told without being asked. They come while a question waits for its answer.</summary>
    public List<JsonNode> Told { get; } = [];

    /// <summary>Connects to an address, <c>ws://127.0.0.1:…</c>.</summary>
    public Task ConnectAsync(Uri address, CancellationToken cancellationToken) => _socket.ConnectAsync(address, cancellationToken);

    /// <summary>Asks by one command of the protocol, and returns its result.</summary>
    /// <param name="method">The command.</param>
    /// <param name="parameters">What goes with it; null for nothing.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="InvalidOperationException">The command failed.</exception>
    public async Task<JsonNode> AskAsync(string method, JsonObject? parameters, CancellationToken cancellationToken)
    {
        var id = ++_asked;
        var question = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        await _socket.SendAsync(
            Encoding.UTF8.GetBytes(question.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        while (true)
        {
            var answer = await NextAsync(cancellationToken);
            if (answer["id"]?.GetValue<int>() == id)
                return answer["result"] ?? throw new InvalidOperationException($"{method}: {answer.ToJsonString()}");
            Told.Add(answer);
        }
    }

    public void Dispose() => _socket.Dispose();

    async Task<JsonNode> NextAsync(CancellationToken cancellationToken)
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        ValueWebSocketReceiveResult received;
        do
        {
            received = await _socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            message.Write(buffer, 0, received.Count);
        }
        while (!received.EndOfMessage);
        return JsonNode.Parse(message.ToArray())!;
    }
}
