using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Hostlock.Cli;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Browser;

/// <summary>The page of <c>ui</c> in a real browser, and what its server answers to others.</summary>
[Trait("program", "none")]
public sealed class UiPageTests(Chromium chromium) : IAsyncDisposable
{
    readonly TempFolder _folder = new();
    readonly CancellationTokenSource _ended = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    readonly FirstLine _output = new();
    readonly StringWriter _errors = new();
    Task<ExitCode>? _server;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        if (_server is not null)
            await _server;
        _ended.Dispose();
        _output.Dispose();
        _errors.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_opens_by_its_token_without_a_word_in_the_console_and_asks_nobody_else()
    {
        await using var browser = await OpenAsync(7);

        await browser.SeeAsync("document.getElementById('live').textContent === 'This page is kept up to date.'");
        Assert.Empty(browser.Console);
        var own = await AddressAsync();
        Assert.All(browser.Requests, address => Assert.StartsWith(own, address, StringComparison.Ordinal));
        Assert.Equal("", await browser.RunAsync("location.search"));
        Assert.Equal("", await browser.RunAsync("document.cookie"));
        Assert.Equal("Who has what", await browser.RunAsync("document.querySelector('h2').textContent"));
    }

    [Fact]
    public async Task What_a_terminal_does_is_seen_and_folds_filter_and_focus_stay()
    {
        await using var browser = await OpenAsync(7);
        await browser.RunAsync(
            """
            var box = document.getElementById('filter');
            box.value = 'dobro'; box.dispatchEvent(new Event('input'));
            Array.from(document.querySelectorAll('.tree')).at(-1).open = true;
            document.querySelector('#locks .scroll').focus(); null
            """);
        var opened = await browser.RunAsync("document.querySelector('.tree[open]>summary').textContent");
        Assert.NotEqual(true, await browser.RunAsync(IsNewest("dobro")));

        await RunAsync("promote", "plex", "dobro");

        await browser.SeeAsync(IsNewest("dobro"));
        Assert.Equal("dobro", await browser.RunAsync("document.getElementById('filter').value"));
        Assert.Matches("^[1-9] of [0-9]+ rows$", (string)(await browser.RunAsync("document.getElementById('filtered').textContent"))!);
        Assert.Equal(true, await browser.RunAsync("document.activeElement.className === 'scroll'"));
        Assert.Equal(opened, await browser.RunAsync("document.querySelector('.tree[open]>summary').textContent"));
        Assert.Empty(browser.Console);
    }

    [Fact]
    public async Task A_promotion_is_planned_first_and_then_done_as_the_command_does_it()
    {
        await using var browser = await OpenAsync(7);
        var before = Locks();
        await browser.RunAsync("document.getElementById('act-action').focus()");
        await browser.RunAsync(
            """
            function pick(id, words) { Array.from(document.getElementById(id).options)
              .forEach(option => option.selected = words.includes(option.value)); }
            pick('act-action', ['promote']); document.getElementById('act-action').dispatchEvent(new Event('change'));
            pick('act-from', ['plex']); pick('act-hosts', ['dobro', 'zeeba']);
            document.querySelector('#act button').focus(); null
            """);

        await browser.PressAsync("Enter", 13, "\r");

        await browser.SeeAsync("!document.getElementById('run-do').hidden");
        Assert.Contains("plex → dobro zeeba", await TextAsync(browser), StringComparison.Ordinal);
        Assert.Contains("not written", await TextAsync(browser), StringComparison.Ordinal);
        Assert.Equal(before, Locks());

        await browser.RunAsync("document.getElementById('run-do').focus()");
        await browser.PressAsync("Enter", 13, "\r");

        await browser.SeeAsync("document.getElementById('run-state').textContent === 'done'");
        await browser.SeeAsync(IsNewest("zeeba"));
        var done = Locks();
        Assert.NotEqual(before, done);
        Assert.Equal(true, await browser.RunAsync("document.getElementById('run').contains(document.activeElement)"));
        Assert.Empty(browser.Console);
        TestGit.In(_folder["fleet"], "checkout", "-q", "locks");
        await RunAsync("promote", "plex", "dobro", "zeeba");
        Assert.Equal(done, Locks());
    }

    [Fact]
    public async Task A_command_of_what_is_to_do_is_planned_by_its_button()
    {
        await using var browser = await OpenAsync(7);
        var line = (string)(await browser.RunAsync(
            "Array.from(document.querySelectorAll('#todo code')).map(code => code.textContent).find(text => text.includes(' promote '))"))!;

        await browser.RunAsync(
            "Array.from(document.querySelectorAll('#todo button')).find(button => button.textContent === 'plan' "
            + "&& button.getAttribute('aria-label').includes(' promote ')).click()");

        await browser.SeeAsync("!document.getElementById('run-do').hidden");
        var planned = (string)(await browser.RunAsync("document.getElementById('run-line').textContent"))!;
        Assert.Equal(Words(line), Words(planned));

        static IEnumerable<string> Words(string line) =>
            line.Replace("-i ", "--input=", StringComparison.Ordinal).Split(' ').Where(word => word != "--").Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Axe_finds_nothing_with_a_plan_shown()
    {
        await using var browser = await OpenAsync(7);
        await browser.RunAsync("document.querySelector('#todo button[aria-label*=\" promote \"][aria-label^=Show]').click()");
        await browser.SeeAsync("!document.getElementById('run-do').hidden");

        Assert.Equal("", await AxeCore.FindAsync(browser));
    }

    [Fact]
    public async Task A_plan_whose_files_have_changed_is_not_done()
    {
        await using var browser = await OpenAsync(7);
        await browser.RunAsync(
            "document.querySelector('#todo button[aria-label*=\" promote \"][aria-label^=Show]').click()");
        await browser.SeeAsync("!document.getElementById('run-do').hidden");
        await RunAsync("promote", "plex", "dobro");
        var after = Locks();

        await browser.RunAsync("document.getElementById('run-do').click()");

        await browser.SeeAsync("document.getElementById('act-why').textContent.includes('have changed')");
        Assert.Equal(after, Locks());
    }

    [Fact]
    public async Task A_fleet_that_cannot_be_read_is_told_and_shown_again_once_it_can()
    {
        await using var browser = await OpenAsync(7);
        var settings = File.ReadAllText(_folder["fleet/hostlock.toml"]);

        File.WriteAllText(_folder["fleet/hostlock.toml"], settings + "[");
        await browser.SeeAsync("document.getElementById('problem')?.textContent.includes('hostlock.toml') === true");
        File.WriteAllText(_folder["fleet/hostlock.toml"], settings);

        await browser.SeeAsync("document.getElementById('locks') !== null");
        Assert.Null(await browser.RunAsync("document.getElementById('problem')"));
    }

    [Fact]
    public async Task A_page_that_only_shows_has_no_form_and_takes_no_command()
    {
        await using var browser = await OpenAsync(7, "--read-only");

        Assert.Null(await browser.RunAsync("document.getElementById('act')"));
        Assert.Equal(404.0, await browser.RunAsync(
            """
            fetch('plan', { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json',
              'Hostlock-Key': document.querySelector('meta[name=hostlock-key]').content } }).then(answer => answer.status)
            """));
    }

    [Fact]
    public async Task A_page_of_somebody_else_can_have_nothing_done_and_read_nothing()
    {
        await using var browser = await OpenAsync(7);
        var address = await AddressAsync();
        var before = Locks();
        // The same machine at another port: to a cookie, that is the same site.
        await using var other = new LoopbackServer(
            _ => new(200, Encoding.UTF8.GetBytes("<!DOCTYPE html><title>other</title>"), ("Content-Type", "text/html")));
        await browser.GoAsync(other.Url, "document.title === 'other'");

        var read = await browser.RunAsync(
            $$"""
            Promise.all(['', 'events', 'plan', 'do'].map(path => fetch('{{address}}' + path, { credentials: 'include', mode: 'no-cors',
              method: path === 'plan' || path === 'do' ? 'POST' : 'GET', body: path === 'plan' ? '{"action":"update"}' : undefined })
              .then(answer => answer.type + answer.status, why => 'failed'))).then(answers => answers.join(' '))
            """);

        Assert.DoesNotContain("200", (string)read!, StringComparison.Ordinal);
        Assert.Equal(before, Locks());
        Assert.Equal("failed", await browser.RunAsync(
            $"fetch('{address}', {{ credentials: 'include' }}).then(answer => answer.text(), why => 'failed')"));
    }

    [Fact]
    public async Task Nothing_answers_without_the_token()
    {
        var address = await StartAsync(7);
        using var handler = new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false };
        using var client = new HttpClient(handler);
        using var entered = await client.GetAsync(address, Stop);
        Assert.Equal(HttpStatusCode.SeeOther, entered.StatusCode);
        var cookie = entered.Headers.GetValues("Set-Cookie").Single().Split(';')[0];

        var answers = new List<string>
        {
            await AskAsync("GET", "", null), await AskAsync("GET", "nothing", null), await AskAsync("GET", "events", null),
            await AskAsync("POST", "do", null), await AskAsync("GET", "?token=x", cookie),
            await AskAsync("GET", "", cookie, ("Host", "example.org")), await AskAsync("GET", "", cookie, ("Origin", "http://example.org")),
            await AskAsync("GET", "", cookie, ("Sec-Fetch-Site", "cross-site")), await AskAsync("POST", "do", cookie),
            await AskAsync("POST", "do", cookie, ("Origin", "http://example.org")), await AskAsync("OPTIONS", "do", null),
            await AskAsync("POST", "plan", cookie, ("Origin", (await AddressAsync())[..^1])), await AskAsync("PUT", "", null),
        };

        Assert.Single(answers.Distinct());
        Assert.StartsWith("403 ", answers[0], StringComparison.Ordinal);
        Assert.StartsWith("200 ", await AskAsync("GET", "", cookie), StringComparison.Ordinal);
        Assert.StartsWith("405 ", await AskAsync("GET", "do", cookie), StringComparison.Ordinal);
        Assert.StartsWith("404 ", await AskAsync("GET", "nothing", cookie), StringComparison.Ordinal);

        async Task<string> AskAsync(string method, string path, string? cookie, params (string Name, string Value)[] headers)
        {
            using var request = new HttpRequestMessage(new(method), await AddressAsync() + path);
            if (cookie is not null)
                request.Headers.Add("Cookie", cookie);
            foreach (var (name, value) in headers)
                request.Headers.TryAddWithoutValidation(name, value);
            if (method == "POST")
                request.Content = new StringContent("{}", Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
            var text = path == "" && (int)answer.StatusCode == 200 ? "" : await answer.Content.ReadAsStringAsync(Stop);
            return $"{(int)answer.StatusCode} {answer.Headers.CacheControl} {text}";
        }
    }

    [Fact]
    public async Task It_is_served_until_it_is_interrupted()
    {
        var address = new Uri(await StartAsync(7));

        await _ended.CancelAsync();

        Assert.Equal(ExitCode.Interrupted, await _server!);
        using var client = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(address, Stop));
    }

    [Fact]
    public async Task A_socket_lets_in_this_user_alone_and_is_gone_afterwards()
    {
        var address = await StartAsync(7, "--socket", "ui.sock");
        var socket = _folder["ui.sock"];
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(socket));
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, stop) =>
            {
                var connected = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connected.ConnectAsync(new UnixDomainSocketEndPoint(socket), stop);
                return new NetworkStream(connected, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler);

        Assert.Contains("Who has what", await client.GetStringAsync(address, Stop), StringComparison.Ordinal);

        await _ended.CancelAsync();
        await _server!;
        Assert.False(File.Exists(socket));
    }

    // The cell of nixpkgs of a host, which has no row of its own if its lock is as others' are.
    static string IsNewest(string host) =>
        $$"""
        Array.from(document.querySelectorAll('#locks tbody tr:not(.ring)')).some(row =>
          row.cells[0].textContent.split(' ').includes('{{host}}') && row.cells[1].className === 'newest')
        """;

    static async Task<string> TextAsync(BrowserPage browser) =>
        (string)(await browser.RunAsync("document.getElementById('run-text').textContent"))!;

    SortedDictionary<string, string> Locks() => new(
        Directory.EnumerateFiles(_folder["fleet/locks"]).ToDictionary(file => Path.GetFileName(file), File.ReadAllText),
        StringComparer.Ordinal);

    async Task RunAsync(params string[] words)
    {
        using var said = new StringWriter();
        var exit = await App.RunAsync(["-C", "fleet", .. words], Outside(said, said), Stop);
        Assert.True(exit == ExitCode.Done, said.ToString());
    }

    async Task<BrowserPage> OpenAsync(int hosts, params string[] options)
    {
        var browser = await chromium.OpenAsync(Stop);
        await browser.GoAsync(await StartAsync(hosts, options), "location.search === '' && document.getElementById('live') !== null");
        return browser;
    }

    async Task<string> StartAsync(int hosts, params string[] options)
    {
        Directory.CreateDirectory(_folder["fleet"]);
        // The last commit moves the canary, so that something is to be promoted.
        MadeUpFleet.Make(_folder["fleet"], hosts, 61);
        var outside = Outside(_output, TextWriter.Synchronized(_errors));
        _server = Task.Run(() => App.RunAsync(["-C", "fleet", "ui", .. options], outside, _ended.Token), Stop);
        await Task.WhenAny(_server, _output.Line);
        Assert.True(_output.Line.IsCompleted, _errors.ToString());
        return await _output.Line;
    }

    async Task<string> AddressAsync() => (await _output.Line).Split('?')[0];

    Surroundings Outside(TextWriter output, TextWriter errors) => new(
        output, errors, null, _folder.Path, new Dictionary<string, string> { ["HOME"] = _folder.Path },
        _ => throw new InvalidOperationException("no network is used"), new ProcessRunner(), TimeProvider.System, false, 80);

    // The output of the program, whose first line is the address.
    sealed class FirstLine : StringWriter
    {
        readonly TaskCompletionSource<string> _line = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Line => _line.Task;

        public override void Flush()
        {
            if (ToString() is var text && text.Contains('\n', StringComparison.Ordinal))
                _line.TrySetResult(text.Split('\n')[0]);
        }
    }
}
