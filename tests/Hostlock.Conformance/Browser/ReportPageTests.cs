using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Hostlock.Cli;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Browser;

/// <summary>The page of <c>report</c> in a real browser, from a file, without a network.</summary>
[Trait("program", "none")]
public sealed class ReportPageTests(Chromium chromium, ReportPageTests.Pages pages) : IClassFixture<ReportPageTests.Pages>
{
    const int Phone = 390, Desk = 1280;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>The pages that the tests look at, each made when the first test wants it.</summary>
    public sealed class Pages : IDisposable
    {
        readonly TempFolder _folder = new();
        readonly ConcurrentDictionary<int, Lazy<Task<string>>> _files = [];

        /// <summary>The page of a fleet.</summary>
        /// <param name="hosts">How many hosts the fleet has.</param>
        /// <returns>Its file, absolute.</returns>
        internal Task<string> FileAsync(int hosts) => _files.GetOrAdd(hosts, number => new(() => MakeAsync(number))).Value;

        public void Dispose() => _folder.Dispose();

        async Task<string> MakeAsync(int hosts)
        {
            var folder = Directory.CreateDirectory(_folder[$"{hosts}/fleet"]).FullName;
            MadeUpFleet.Make(folder, hosts, 60);
            using var output = new StringWriter();
            using var errors = new StringWriter();
            var surroundings = new Surroundings(
                output, errors, null, folder, new Dictionary<string, string> { ["HOME"] = _folder.Path },
                _ => throw new InvalidOperationException("no network is used"), new ProcessRunner(), new FixedTime(), false, 80);
            var exit = await App.RunAsync(["report", "-o", "../page.html"], surroundings, CancellationToken.None);
            Assert.True(exit == ExitCode.Done, errors.ToString());
            return _folder[$"{hosts}/page.html"];
        }
    }

    [Fact]
    public async Task It_opens_without_a_word_in_the_console_and_asks_for_nothing()
    {
        await using var browser = await OpenAsync(7);

        Assert.Empty(browser.Console);
        Assert.Equal([new Uri(await pages.FileAsync(7)).AbsoluteUri], browser.Requests.Distinct());
        Assert.Equal("Who has what", await browser.RunAsync("document.querySelector('h2').textContent"));
    }

    [Fact]
    public async Task What_is_put_into_the_page_from_outside_does_not_run()
    {
        await using var browser = await OpenAsync(7);

        await browser.RunAsync(
            """
            var button = document.createElement('div');
            button.innerHTML = '<img src="x" onerror="window.ran = 1"><b style="color:red" onclick="window.ran = 1">x</b>';
            document.body.append(button); button.querySelector('b').click();
            var script = document.createElement('script'); script.textContent = 'window.ran = 1'; document.body.append(script); null
            """);

        Assert.Null(await browser.RunAsync("window.ran"));
        Assert.NotEqual("rgb(255, 0, 0)", await browser.RunAsync("getComputedStyle(button.querySelector('b')).color"));
    }

    [Fact]
    public async Task The_filter_leaves_the_rows_that_have_all_words_and_says_how_many()
    {
        await using var browser = await OpenAsync(60);

        await browser.RunAsync("document.getElementById('filter').focus()");
        foreach (var letter in "plex")
            await browser.PressAsync($"{letter}", char.ToUpperInvariant(letter), $"{letter}");

        Assert.Matches(
            "^[1-9][0-9]* of [0-9]+ rows$", (string)(await browser.RunAsync("document.getElementById('filtered').textContent"))!);
        Assert.Equal(true, await browser.RunAsync(
            """
            Array.from(document.querySelectorAll('#locks tbody tr:not(.ring)'))
                .every(row => row.hidden !== (row.textContent + row.parentNode.rows[0].textContent).toLowerCase().includes('plex'))
            """));
    }

    [Fact]
    public async Task The_keyboard_reaches_what_can_be_done_and_folds_open_by_it()
    {
        await using var browser = await OpenAsync(60);

        await browser.PressAsync("Tab", 9);
        Assert.Equal("#locks", await browser.RunAsync("document.activeElement.getAttribute('href')"));
        var reached = new HashSet<string>();
        for (var i = 0; i < 40; i++)
        {
            reached.Add((string)(await browser.RunAsync("document.activeElement.tagName + '.' + document.activeElement.className"))!);
            Assert.Equal(true, await browser.RunAsync("getComputedStyle(document.activeElement).outlineStyle !== 'none'"));
            await browser.PressAsync("Tab", 9);
        }
        Assert.Superset(new HashSet<string> { "A.skip", "INPUT.", "DIV.scroll", "SUMMARY." }, reached);

        await browser.RunAsync("document.querySelector('.tree summary').focus()");
        await browser.PressAsync("Enter", 13, "\r");
        Assert.Equal(true, await browser.RunAsync("document.querySelector('.tree').open"));
    }

    [Fact]
    public async Task Every_text_stands_out_from_what_is_behind_it_in_the_light_and_in_the_dark()
    {
        await using var browser = await OpenAsync(60);

        foreach (var scheme in (string[])["light", "dark"])
        {
            await browser.AskAsync(
                "Emulation.setEmulatedMedia",
                new() { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme }) });

            Assert.Equal((scheme, ""), (scheme, await WeakAsync(browser)));
        }
    }

    // The texts that do not. WCAG 2.2, 1.4.3: at least 4.5 to 1.
    static async Task<string> WeakAsync(BrowserPage browser) =>
        (string)(await browser.RunAsync(
            """
            (function () {
              function parts(color) { return color.match(/[\d.]+/g).map(Number); }
              function light(c) { return c.slice(0, 3).map(v => v / 255)
                .map(v => v <= .03928 ? v / 12.92 : Math.pow((v + .055) / 1.055, 2.4))
                .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0); }
              function behind(e) { for (; e; e = e.parentElement) { var c = parts(getComputedStyle(e).backgroundColor);
                if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; }
              var weak = [];
              document.querySelectorAll('body *').forEach(function (e) {
                if (!Array.from(e.childNodes).some(n => n.nodeType === 3 && n.textContent.trim())) return;
                if (e.closest('script,style,title,.skip')) return;
                var color = parts(e.closest('svg') ? getComputedStyle(e).fill : getComputedStyle(e).color);
                var a = light(color), b = light(behind(e.closest('svg') ? e.closest('figure') : e));
                var ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
                if (ratio < 4.5)
                  weak.push(e.tagName + '.' + (e.getAttribute('class') || '') + ' ' + ratio.toFixed(2) + ' ' + e.textContent.slice(0, 20));
              });
              return Array.from(new Set(weak)).slice(0, 20).join('\n');
            })()
            """))!;

    [Fact]
    public async Task A_screen_reader_finds_parts_names_and_heads()
    {
        await using var browser = await OpenAsync(7);

        var faults = await browser.RunAsync(
            """
            (function () {
              var faults = [];
              function want(isSo, what) { if (!isSo) faults.push(what); }
              want(document.documentElement.lang === 'en', 'language');
              ['header', 'nav', 'main', 'footer', 'h1'].forEach(tag => want(document.querySelectorAll(tag).length === 1, tag));
              document.querySelectorAll('section')
                .forEach(s => want(document.getElementById(s.getAttribute('aria-labelledby')), 'section ' + s.id));
              document.querySelectorAll('th').forEach(th => want(th.scope, 'scope of ' + th.textContent));
              document.querySelectorAll('svg').forEach(svg => want(svg.getAttribute('role') === 'img'
                && document.getElementById(svg.getAttribute('aria-labelledby')), 'svg'));
              document.querySelectorAll('input').forEach(input => want(input.labels.length === 1, 'input'));
              document.querySelectorAll('button')
                .forEach(b => want(b.getAttribute('aria-label').toLowerCase().includes(b.textContent), 'button'));
              document.querySelectorAll('.scroll').forEach(e => want(e.tabIndex === 0 && e.getAttribute('role') === 'region'
                && (e.getAttribute('aria-label') || e.getAttribute('aria-labelledby')), 'scroll'));
              var ids = Array.from(document.querySelectorAll('[id]')).map(e => e.id);
              want(new Set(ids).size === ids.length, 'ids');
              document.querySelectorAll('a[href^="#"]').forEach(a => want(document.getElementById(a.hash.slice(1)), a.hash));
              var levels = Array.from(document.querySelectorAll('h1,h2,h3')).map(h => +h.tagName[1]);
              want(levels.every((level, i) => i === 0 ? level === 1 : level - levels[i - 1] <= 1), 'headings');
              return faults.join('\n');
            })()
            """);

        Assert.Equal("", faults);
    }

    [Theory]
    [InlineData(7, Desk)]
    [InlineData(60, Desk, Phone)]
    public async Task Axe_finds_nothing(int hosts, params int[] widths)
    {
        await using var browser = await OpenAsync(hosts);

        foreach (var width in widths)
        {
            await browser.AskAsync(
                "Emulation.setDeviceMetricsOverride",
                new() { ["width"] = width, ["height"] = 800, ["deviceScaleFactor"] = 1, ["mobile"] = width == Phone });

            Assert.Equal((width, ""), (width, await AxeCore.FindAsync(browser)));
        }
    }

    [Fact]
    public async Task A_telephone_scrolls_down_and_not_aside()
    {
        await using var browser = await OpenAsync(60);

        await browser.AskAsync(
            "Emulation.setDeviceMetricsOverride",
            new() { ["width"] = Phone, ["height"] = 800, ["deviceScaleFactor"] = 1, ["mobile"] = true });

        Assert.Equal((double)Phone, await browser.RunAsync("document.documentElement.scrollWidth"));
    }

    [Fact]
    public async Task It_is_printed_with_its_folds_open_and_closed_afterwards()
    {
        await using var browser = await OpenAsync(60);
        await browser.RunAsync(
            "addEventListener('beforeprint', () => window.folds = document.querySelectorAll('details[open]').length); null");

        var pdf = await browser.AskAsync("Page.printToPDF");

        Assert.StartsWith("JVBERi", pdf["data"]!.ToString(), StringComparison.Ordinal); // %PDF, as the protocol has it
        Assert.True(await browser.RunAsync("window.folds") is > 0.0);
        Assert.Equal(0.0, await browser.RunAsync("document.querySelectorAll('details[open]').length"));
    }

    async Task<BrowserPage> OpenAsync(int hosts)
    {
        var browser = await chromium.OpenAsync(Stop);
        await browser.OpenAsync(await pages.FileAsync(hosts));
        return browser;
    }

    sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => MadeUpFleet.Now;
    }
}
