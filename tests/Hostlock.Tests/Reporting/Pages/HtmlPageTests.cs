using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Hostlock.Fetching.Git;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.Checks;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Machines.Probing;
using Hostlock.Reporting.Pages;
using Hostlock.Rollouts;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting.Pages;

public partial class HtmlPageTests
{
    const ulong Day = 86400;
    const string Evil = "</script><img src=x onerror=alert(1)>\"'\u202e";

    static readonly LockEdge.Locked Young = Locked("github:acme/nixpkgs", 2, 8);
    static readonly LockEdge.Locked Old = Locked("github:acme/nixpkgs", 1, 1);

    [Fact]
    public void Hosts_of_a_ring_with_equal_locks_share_a_row_and_the_canary_comes_first()
    {
        var html = HtmlPage.Render(Page(
            [
                Lock(["web"], ("nixpkgs", Old, 7 * Day)), Lock(["plex"], ("nixpkgs", Young, 0)), Lock(["orc"], ("nixpkgs", Old, 7 * Day)),
            ],
            ("web", "rest"), ("plex", "canary"), ("orc", "rest")));

        Assert.Matches("(?s)ring canary</th>.*<th scope=\"row\">plex</th>.*newest.*ring rest</th>.*<th scope=\"row\">web orc</th>", html);
        Assert.Contains(
            "<td class=\"far\"><b>7d behind</b> <a href=\"https://github.com/acme/nixpkgs/compare/", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cell_says_frozen_and_stale_in_words()
    {
        var freeze = new Freeze("ZFS", new(2026, 12, 31));
        var status = new LockStatus(Place("web"), SmallLocks.Of(("nixpkgs", Old)), [new("nixpkgs", Old, 0, freeze)], null);
        var page = Page([status with { IsUnmerged = true }]) with
        {
            Stale = NameMap<ImmutableArray<string>>.Of([KeyValuePair.Create("locks/web.lock", ImmutableArray.Create("nixpkgs"))]),
        };

        var html = HtmlPage.Render(page);

        Assert.Contains("frozen: ZFS, until 2026-12-31", html, StringComparison.Ordinal);
        Assert.Contains("<b class=\"bad mark\">stale</b>", html, StringComparison.Ordinal);
        Assert.Contains("<b class=\"bad mark\">not merged</b>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_that_cannot_be_read_has_its_reason_and_a_missing_one_its_command()
    {
        var html = HtmlPage.Render(Page(
        [
            new LockStatus(Place("web"), null, [], FleetException.NoHosts()), new LockStatus(Place("orc"), null, [], null),
            Lock(["plex"], ("nixpkgs", Old, 0)),
        ]));

        Assert.Contains("<b>cannot be read</b>", html, StringComparison.Ordinal);
        Assert.Contains("<code class=\"command\">hostlock lock orc</code>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_says_what_moved_and_by_which_promotion()
    {
        var (before, after) = (SmallLocks.Of(("nixpkgs", Old)), SmallLocks.Of(("nixpkgs", Young)));
        var commit = new FileCommit(Revision.Parse(Id(9)), Moment.Of(FlakeWorld.Day(9)), "moved", "plex");
        var page = Page([Lock(["web"], ("nixpkgs", Young, 0))]) with
        {
            History = new([new(commit, [Place("web")], before, after)], IsCut: true),
        };

        var html = HtmlPage.Render(page);

        Assert.Contains(
            "<title>web, 2020-01-10 9999999: nixpkgs 1111111 → 2222222; promoted from plex</title>", html, StringComparison.Ordinal);
        Assert.Contains("<small>promoted from plex</small>", html, StringComparison.Ordinal);
        Assert.Contains("The newest 1 commits that moved locks were read", html, StringComparison.Ordinal);
    }

    [Fact]
    public void To_do_has_the_fixes_and_the_promotions_each_once()
    {
        var finding = new Finding("stale", Severity.Error, new("stale", "flake.nix", 3, "hostlock lock web"));
        var page = Page(
            [
                Lock(["plex"], ("nixpkgs", Young, 0)), Lock(["imbp"], ("nixpkgs", Young, 0)), Lock(["web"], ("nixpkgs", Old, 7 * Day)),
                Lock(["orc"], ("nixpkgs", Old, 7 * Day)),
            ],
            ("plex", "canary"), ("imbp", "canary"), ("web", "rest"), ("orc", "rest")) with
        {
            Findings = [finding, finding],
            Promotions = [new PendingPromotion(Place("plex"), ["nixpkgs"], [Place("web"), Place("orc")])],
        };

        var html = HtmlPage.Render(page);

        Assert.Single(Regex.Matches(html, "<code class=\"command\">hostlock lock web</code>"));
        Assert.Contains("<code class=\"command\">hostlock promote plex @rest -i nixpkgs</code>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void What_machines_run_has_a_column_and_a_thing_to_do()
    {
        var page = Page([Lock(["web"], ("nixpkgs", Old, 0)), Lock(["orc"], ("nixpkgs", Old, 0))], ("web", "rest"), ("orc", "rest"));
        var silent = page.Fleet.Hosts.Select(host => new MachineStatus(
            host, new ProbeOutcome.Unreachable(new(host.Name, "root@lan"), null, FleetException.NoHosts()), null,
            new ConfigurationState.NotAsked()));

        var html = HtmlPage.Render(page with { Machines = [.. silent] });

        Assert.Contains("<th scope=\"col\">runs</th>", html, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\">web orc</th><td>–, unreachable (never seen)</td>", html, StringComparison.Ordinal);
        Assert.Contains("<code class=\"command\">hostlock probe orc</code>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rollout_that_cannot_be_read_is_not_passed_over()
    {
        var html = HtmlPage.Render(Page([]) with { RolloutUnread = RolloutException.NotWritten("<b>.journal", 3) });

        Assert.Contains(
            "Whether a rollout is under way is not known: line 3 of &#39;&lt;b&gt;.journal&#39; is not what hostlock wrote", html,
            StringComparison.Ordinal);
        Assert.Contains("move the file away to begin anew", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rollout_under_way_shows_its_rings_and_what_is_waited_for()
    {
        var target = StorePath.TryParse($"/nix/store/{new string('a', 32)}-system")!;
        RingPlan[] rings =
        [
            .. new[] { ("canary", "plex"), ("rest", "web") }.Select(ring => new RingPlan(
                ring.Item1, RingRule.Default,
                [new HostPlan(HostName.Parse(ring.Item2), target, Activation.Test, "direct", TimeSpan.FromMinutes(1), true)])),
        ];
        var rollout = Rollout.Of(
            new RolloutEvent.Opened(new RolloutPlan("20200111-1", RolloutAction.Rollout, [.. rings]), FlakeWorld.Day(10)));

        var html = HtmlPage.Render(Page([Lock(["web"], ("nixpkgs", Old, 0))]) with
        {
            Rollout = new(rollout, [new Order.AskToOpen("rest", DoorReason.Approval)]),
        });

        Assert.Contains("<p>Rollout 20200111-1: 2 to come.</p>", html, StringComparison.Ordinal);
        Assert.Contains("ring rest waits for approval: hostlock rollout --approve rest", html, StringComparison.Ordinal);
        Assert.Contains(
            "<th scope=\"rowgroup\" rowspan=\"1\">canary <small>not open yet</small></th><td class=\"none\">to come</td><td>plex</td>",
            html, StringComparison.Ordinal);
    }

    [Fact]
    public void What_others_wrote_is_text_wherever_it_stands()
    {
        var edge = Locked("github:acme/a", 1, 1, (Evil, Locked("github:acme/a", 2, 2)));
        var commit = new FileCommit(Revision.Parse(Id(9)), Moment.Of(FlakeWorld.Day(9)), Evil, Evil);
        var page = Page(
            [Lock(["web"], (Evil, edge, 0), ("a", Follows(Evil), 0)), Lock(["orc"], (Evil, Old, 0))]) with
        {
            Name = Evil,
            Findings = [new("x", Severity.Error, new(Evil, Evil, 1, Evil))],
            History = new([new(commit, [Place("web")], LockFile.Empty, SmallLocks.Of((Evil, edge)))], IsCut: false),
            Repository = new(Revision.Parse(Id(3)), Moment.Of(FlakeWorld.Day(3)), Evil, IsDirty: true),
        };

        var html = HtmlPage.Render(page);

        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', html);
        Assert.Single(Regex.Matches(html, "</script>"));
        Assert.Contains("&lt;img src=x", html, StringComparison.Ordinal);
    }

    static readonly ServedPage Served = new("k3y", 7) { Actions = PageAction.All(rollout: false) };

    [Fact]
    public void A_served_page_has_a_form_with_what_the_fleet_has()
    {
        var page = Page([Lock(["web"], ("nixpkgs", Old, 0)), Lock(["plex"], ("disko", Young, 0))], ("web", "rest"), ("plex", "canary"));

        var html = HtmlPage.Render(page, Served);

        Assert.Contains("<meta name=\"hostlock-key\" content=\"k3y\">", html, StringComparison.Ordinal);
        Assert.Contains("<meta name=\"hostlock-state\" content=\"7\">", html, StringComparison.Ordinal);
        Assert.Contains("<option value=\"promote\">promote: copy a tested lock to hosts</option>", html, StringComparison.Ordinal);
        Assert.Matches("id=\"act-hosts\" multiple size=\"[0-9]\">(<option>@?[a-z]+</option>)*<option>plex</option>", html);
        Assert.Contains("<option>@canary</option>", html, StringComparison.Ordinal);
        Assert.Contains("<option>nixpkgs</option><option>disko</option>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"act-ring\"", html, StringComparison.Ordinal);
        Assert.Contains("a href=\"#act-part\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_in_a_file_and_one_that_only_shows_have_no_form()
    {
        var page = Page([Lock(["web"], ("nixpkgs", Old, 0))]);

        Assert.DoesNotContain("id=\"act\"", HtmlPage.Render(page, Served with { Actions = [] }), StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"act\"", HtmlPage.Render(page), StringComparison.Ordinal);
        Assert.DoesNotContain("hostlock-key\"", HtmlPage.Render(page), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_with_a_fleet_is_text()
    {
        var html = HtmlPage.RenderProblem(Evil, $"error: {Evil}\nhint: mend it", Served);

        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.Contains("error: &lt;/script&gt;", html);
        Assert.Contains("\nhint: mend it</pre>", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_policy_lets_in_these_stylesheets_and_scripts_and_nothing_else(bool isServed)
    {
        var html = HtmlPage.Render(Page([Lock(["web"], ("nixpkgs", Old, 0))]), isServed ? Served : null);

        var policy = Policy().Match(html).Groups[1].Value.Replace("&#39;", "'", StringComparison.Ordinal);
        var connects = isServed ? " connect-src 'self';" : "";
        Assert.Equal(
            $"default-src 'none'; style-src {Source("style")}; script-src {Source("script")};{connects}"
            + " base-uri 'none'; form-action 'none'",
            policy);
        Assert.DoesNotMatch("""(?i)<[^>]*\s(style|on[a-z]+|src)=""", Outside(html));

        string Source(string tag) => string.Join(
            ' ', Regex.Matches(html, $"(?s)<{tag}>(.*?)</{tag}>").Select(match => match.Groups[1].Value)
                .Select(text => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'"));

        static string Outside(string html) => Regex.Replace(html, "(?s)<(style|script)>.*?</\\1>", "");
    }

    [GeneratedRegex("Content-Security-Policy\" content=\"([^\"]*)\"")]
    private static partial Regex Policy();

    static LockStatus Lock(string[] hosts, params (string Name, LockEdge Edge, ulong Behind)[] inputs) => new(
        Place(hosts), SmallLocks.Of([.. inputs.Select(input => (input.Name, input.Edge))]),
        [.. inputs.Select(input => new InputStatus(input.Name, input.Edge, input.Behind, null))], null);

    static FleetPage Page(IReadOnlyList<LockStatus> locks, params (string Host, string Ring)[] hosts) => new(
        "fleet", FlakeWorld.Day(10),
        Fleet.Empty with
        {
            Hosts =
            [
                .. hosts.Select(host => new Host(
                    HostName.Parse(host.Host), $"locks/{host.Host}.lock", "flake.nix", host.Ring, null, NameMap<string>.Empty,
                    NameMap<Freeze>.Empty)),
            ],
            Rings = [.. hosts.Length == 0 ? [] : (Ring[])[new("rest") { After = "canary" }, new("canary")]],
        },
        locks, [], FleetHistory.None);
}
