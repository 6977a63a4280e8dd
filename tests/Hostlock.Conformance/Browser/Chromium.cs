using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Browser;

/// <summary>
/// A browser without a window, which a test asks by the browser's own protocol. It is the Chromium of the machine; if there is none, the
/// tests of pages are skipped.
/// </summary>
/// <remarks>https://chromedevtools.github.io/devtools-protocol</remarks>
sealed class Chromium : IAsyncDisposable
{
    static readonly string? Program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .SelectMany(folder => (string[])[Path.Combine(folder, "chromium"), Path.Combine(folder, "chromium-browser")])
        .FirstOrDefault(File.Exists);

    readonly TempFolder _home;
    readonly Process _process;
    readonly ClientWebSocket _socket = new();
    readonly CancellationToken _cancellationToken;
    int _asked;

    Chromium(TempFolder home, Process process, CancellationToken cancellationToken) =>
        (_home, _process, _cancellationToken) = (home, process, cancellationToken);

    /// <summary>What the page and the browser wrote into the console.</summary>
    public List<string> Console { get; } = [];

    /// <summary>The addresses that the page asked for.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Starts the browser, in which no page is open. The test is skipped if the machine has none.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async Task<Chromium> StartAsync(CancellationToken cancellationToken)
    {
        Assert.SkipWhen(Program is null, "THE PAGES ARE NOT TRIED: this machine has no chromium on its PATH");
        var home = new TempFolder();
        var start = new ProcessStartInfo(Program!) { RedirectStandardError = true, RedirectStandardOutput = true };
        string[] arguments =
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage", "--disable-extensions",
            "--disable-background-networking", "--remote-debugging-port=0", $"--user-data-dir={home.Path}", "about:blank",
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["HOME"] = home.Path;
        var browser = new Chromium(home, Process.Start(start)!, cancellationToken);
        _ = browser._process.StandardOutput.ReadToEndAsync(cancellationToken);
        await browser.ConnectAsync();
        return browser;
    }

    /// <summary>Opens a file, and waits until it is loaded.</summary>
    /// <param name="file">The file, absolute.</param>
    public Task OpenAsync(string file) => GoAsync(new Uri(file).AbsoluteUri, "location.protocol === 'file:'");

    /// <summary>Goes to an address, and waits until the page is loaded.</summary>
    /// <param name="address">The address.</param>
    /// <param name="truth">What is true in that page, and in no other, in the language of the page.</param>
    public async Task GoAsync(string address, string truth)
    {
        await AskAsync("Page.navigate", new() { ["url"] = address });
        while (await RunAsync($"document.readyState === 'complete' && {truth}") is not true)
            await Task.Yield();
    }

    /// <summary>Asks the browser by one command of its protocol.</summary>
    /// <param name="method">The command.</param>
    /// <param name="parameters">What goes with it.</param>
    public async Task<JsonNode> AskAsync(string method, JsonObject? parameters = null)
    {
        var id = ++_asked;
        var question = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        await _socket.SendAsync(
            System.Text.Encoding.UTF8.GetBytes(question.ToJsonString()), WebSocketMessageType.Text, true, _cancellationToken);
        while (true)
        {
            var answer = await NextAsync();
            if (answer["id"]?.GetValue<int>() == id)
                return answer["result"] ?? throw new InvalidOperationException($"{method}: {answer.ToJsonString()}");
            Note(answer);
        }
    }

    /// <summary>The value of an expression in the page: a text, a truth, a number, or null.</summary>
    /// <param name="expression">The expression, in the language of the page.</param>
    public async Task<object?> RunAsync(string expression)
    {
        var answer = await AskAsync(
            "Runtime.evaluate", new() { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        Assert.True(answer["exceptionDetails"] is null, answer.ToJsonString());
        return answer["result"]!["value"] switch
        {
            null => null,
            JsonValue value when value.TryGetValue<bool>(out var truth) => truth,
            JsonValue value when value.TryGetValue<double>(out var number) => number,
            var text => text.ToString(),
        };
    }

    /// <summary>Presses a key.</summary>
    /// <param name="key">Its name: <c>Tab</c>, <c>Enter</c>.</param>
    /// <param name="code">Its number.</param>
    /// <param name="text">What it types; null for nothing.</param>
    public async Task PressAsync(string key, int code, string? text = null)
    {
        var down = new JsonObject
        {
            ["type"] = text is null ? "rawKeyDown" : "keyDown",
            ["key"] = key,
            ["code"] = key,
            ["windowsVirtualKeyCode"] = code,
        };
        if (text is not null)
            down["text"] = text;
        await AskAsync("Input.dispatchKeyEvent", down);
        await AskAsync(
            "Input.dispatchKeyEvent", new() { ["type"] = "keyUp", ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code });
    }

    /// <summary>Ends the browser.</summary>
    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _home.Dispose();
    }

    async Task ConnectAsync()
    {
        // The browser says where it listens in the first lines of its errors.
        while (await _process.StandardError.ReadLineAsync(_cancellationToken) is { } line)
        {
            if (line.IndexOf("ws://127.0.0.1:", StringComparison.Ordinal) is not (>= 0 and var at))
                continue;
            _ = _process.StandardError.ReadToEndAsync(_cancellationToken);
            var browser = new Uri(line[at..].Trim());
            using var http = new HttpClient();
            var pages = await http.GetStringAsync($"http://127.0.0.1:{browser.Port}/json/list", _cancellationToken);
            var page = JsonNode.Parse(pages)!.AsArray().First(each => each!["type"]!.ToString() == "page")!;
            await _socket.ConnectAsync(new(page["webSocketDebuggerUrl"]!.ToString()), _cancellationToken);
            foreach (var domain in (string[])["Page", "Runtime", "Log", "Network"])
                await AskAsync($"{domain}.enable");
            return;
        }
        Assert.Fail("the browser ended before it said where it listens");
    }

    async Task<JsonNode> NextAsync()
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        ValueWebSocketReceiveResult received;
        do
        {
            received = await _socket.ReceiveAsync(buffer.AsMemory(), _cancellationToken);
            message.Write(buffer, 0, received.Count);
        }
        while (!received.EndOfMessage);
        return JsonNode.Parse(message.ToArray())!;
    }

    void Note(JsonNode told)
    {
        switch (told["method"]?.ToString())
        {
            case "Runtime.consoleAPICalled" or "Runtime.exceptionThrown" or "Log.entryAdded":
                Console.Add(told.ToJsonString());
                break;
            case "Network.requestWillBeSent":
                Requests.Add(told["params"]!["request"]!["url"]!.ToString());
                break;
        }
    }
}
