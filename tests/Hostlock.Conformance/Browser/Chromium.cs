using System.Diagnostics;
using System.Text.Json.Nodes;
using Hostlock.Conformance.Browser;
using Hostlock.Tests.Support;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace Hostlock.Conformance.Browser;

/// <summary>
/// One browser without a window for all tests of pages, each of which has a page, cookies and a storage of its own in it. It starts when
/// the first test wants it. It is the Chromium of the machine; if there is none, the tests of pages are skipped.
/// </summary>
/// <remarks>https://chromedevtools.github.io/devtools-protocol</remarks>
public sealed class Chromium : IAsyncDisposable
{
    static readonly string? Program = ((string[])["chromium-headless-shell", "chromium", "chromium-browser"])
        .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    readonly SemaphoreSlim _gate = new(1);
    readonly TempFolder _home = new();
    readonly BrowserSocket _socket = new();
    Process? _process;
    int _port;

    /// <summary>Opens an empty page. The test is skipped if the machine has no browser.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    internal async Task<BrowserPage> OpenAsync(CancellationToken cancellationToken)
    {
        Assert.SkipWhen(Program is null, "THE PAGES ARE NOT TRIED: this machine has no chromium on its PATH");
        // The test that starts the browser may end before the others, so what it starts is not ended with it.
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_process is null)
                await StartAsync();
            var context = await AskAsync("Target.createBrowserContext", new(), "browserContextId");
            var target = await AskAsync(
                "Target.createTarget", new() { ["url"] = "about:blank", ["browserContextId"] = context }, "targetId");
            return await BrowserPage.ConnectAsync(
                new($"ws://127.0.0.1:{_port}/devtools/page/{target}"), () => CloseAsync(context), cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends the browser.</summary>
    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
        }
        _home.Dispose();
        _gate.Dispose();
    }

    async Task CloseAsync(string context)
    {
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            _ = await _socket.AskAsync("Target.disposeBrowserContext", new() { ["browserContextId"] = context }, CancellationToken.None);
        }
        finally
        {
            _gate.Release();
        }
    }

    async Task<string> AskAsync(string method, JsonObject parameters, string answer) =>
        (await _socket.AskAsync(method, parameters, CancellationToken.None))[answer]!.ToString();

    async Task StartAsync()
    {
        var start = new ProcessStartInfo(Program!) { RedirectStandardError = true, RedirectStandardOutput = true };
        string[] arguments =
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage", "--disable-extensions",
            // Each page is as if it were the only one.
            "--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
            "--disable-background-networking", "--remote-debugging-port=0", $"--user-data-dir={_home.Path}", "about:blank",
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["HOME"] = _home.Path;
        _process = Process.Start(start)!;
        _ = _process.StandardOutput.ReadToEndAsync();
        // The browser says where it listens in the first lines of its errors.
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            if (line.IndexOf("ws://127.0.0.1:", StringComparison.Ordinal) is not (>= 0 and var at))
                continue;
            _ = _process.StandardError.ReadToEndAsync();
            var address = new Uri(line[at..].Trim());
            _port = address.Port;
            await _socket.ConnectAsync(address, CancellationToken.None);
            return;
        }
        Assert.Fail("the browser ended before it said where it listens");
    }
}
