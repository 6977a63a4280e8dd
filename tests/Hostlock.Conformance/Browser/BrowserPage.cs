using System.Text.Json.Nodes;

namespace Hostlock.Conformance.Browser;

/// <summary>A page of <see cref="Chromium"/>, which a test asks by the browser's own protocol.</summary>
sealed class BrowserPage : IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    readonly BrowserSocket _socket = new();
    readonly Func<Task> _closeAsync;
    readonly CancellationToken _cancellationToken;

    BrowserPage(Func<Task> closeAsync, CancellationToken cancellationToken) =>
        (_closeAsync, _cancellationToken) = (closeAsync, cancellationToken);

    /// <summary>The lines that the page and the browser wrote into the console.</summary>
    public IEnumerable<string> Console => _socket.Told
        .Where(told => told["method"]?.ToString() is "Runtime.consoleAPICalled" or "Runtime.exceptionThrown" or "Log.entryAdded")
        .Select(told => told.ToJsonString());

    /// <summary>The addresses that the page asked for.</summary>
    public IEnumerable<string> Requests => _socket.Told
        .Where(told => told["method"]?.ToString() == "Network.requestWillBeSent")
        .Select(told => told["params"]!["request"]!["url"]!.ToString());

    /// <summary>Connects to a page.</summary>
    /// <param name="address">The address of its part of the protocol.</param>
    /// <param name="closeAsync">Closes the page.</param>
    /// <param name="cancellationToken">Ends all waiting for the page.</param>
    internal static async Task<BrowserPage> ConnectAsync(Uri address, Func<Task> closeAsync, CancellationToken cancellationToken)
    {
        var page = new BrowserPage(closeAsync, cancellationToken);
        await page._socket.ConnectAsync(address, cancellationToken);
        foreach (var domain in (string[])["Page", "Runtime", "Log", "Network"])
            await page.AskAsync($"{domain}.enable");
        // Of several pages, one has the focus; each of them acts as if it were that one.
        await page.AskAsync("Emulation.setFocusEmulationEnabled", new() { ["enabled"] = true });
        return page;
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
        await SeeAsync($"document.readyState === 'complete' && {truth}");
    }

    /// <summary>Waits until something is true in the page.</summary>
    /// <param name="truth">An expression in the language of the page.</param>
    public async Task SeeAsync(string truth)
    {
        while (await RunAsync(truth) is not true)
            await Task.Delay(Pause, _cancellationToken);
    }

    /// <summary>Asks the page by one command of the protocol.</summary>
    /// <param name="method">The command.</param>
    /// <param name="parameters">What goes with it; null for nothing.</param>
    public Task<JsonNode> AskAsync(string method, JsonObject? parameters = null) =>
        _socket.AskAsync(method, parameters, _cancellationToken);

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

    /// <summary>Closes the page.</summary>
    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _closeAsync();
    }
}
