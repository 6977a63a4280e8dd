using System.Collections.Immutable;
using System.Text.Json;
using Hostlock.Cli.Serving;
using Hostlock.Fleets;
using Hostlock.Rollouts;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Cli.Serving;

public sealed class PageCommandTests : IDisposable
{
    readonly TempFolder _folder = new();
    readonly FleetFolder _fleet;

    public PageCommandTests()
    {
        _folder.Write("flake.nix", "{ inputs = { }; outputs = _: { }; }\n");
        _folder.Write("hostlock.toml", """
            version = 1
            [rings.canary]
            [hosts.plex]
            ring = "canary"
            [hosts.web]
            """);
        _fleet = FleetFolder.Open(_folder.Path);
    }

    public void Dispose() => _folder.Dispose();

    PageCommand Parse(string json, Rollout? rollout = null)
    {
        using var document = JsonDocument.Parse(json);
        return PageCommand.Parse(document.RootElement, _fleet, rollout);
    }

    [Theory]
    [InlineData("""{"action":"outdated"}""", "outdated", null)]
    [InlineData("""{"action":"outdated","hosts":["web"],"inputs":["a/b"]}""", "outdated --input=a/b -- web", null)]
    [InlineData("""{"action":"diff","from":"plex","to":"root","packages":true}""", "diff --closure -- plex root", null)]
    [InlineData("""{"action":"update","all":true,"commit":true}""", "update --all --commit", "update --dry-run --all --commit")]
    [InlineData(
        """{"action":"promote","from":"plex","hosts":["@canary","root"],"inputs":["nixpkgs"]}""",
        "promote --input=nixpkgs -- plex @canary root", "promote --dry-run --input=nixpkgs -- plex @canary root")]
    [InlineData(
        """{"action":"freeze","hosts":["web"],"inputs":["nixpkgs"],"reason":"--all","until":"2026-12-31"}""",
        "freeze --input=nixpkgs --reason=--all --until=2026-12-31 -- web",
        "freeze --dry-run --input=nixpkgs --reason=--all --until=2026-12-31 -- web")]
    [InlineData("""{"action":"unhold","hosts":["web"]}""", "unhold -- web", "unhold --dry-run -- web")]
    public void What_a_page_asks_for_becomes_a_line(string json, string words, string? plan)
    {
        var command = Parse(json);

        Assert.Equal(words, string.Join(' ', command.Words));
        Assert.Equal(plan, command.PlanWords is { } planned ? string.Join(' ', planned) : null);
        Assert.StartsWith("hostlock ", command.Line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"action":"bisect"}""")]
    [InlineData("""{"action":""}""")]
    [InlineData("""{}""")]
    [InlineData("""{"action":"approve","ring":"canary"}""")]
    [InlineData("""{"action":"update","from":"plex"}""")]
    [InlineData("""{"action":"update","flake":"/"}""")]
    [InlineData("""{"action":"promote","hosts":["web"]}""")]
    [InlineData("""{"action":"promote","from":"--all","hosts":["web"]}""")]
    [InlineData("""{"action":"promote","from":"/etc/passwd","hosts":["web"]}""")]
    [InlineData("""{"action":"update","hosts":["--commit"]}""")]
    [InlineData("""{"action":"update","hosts":["web@HEAD"]}""")]
    [InlineData("""{"action":"update","hosts":["@nothing"]}""")]
    [InlineData("""{"action":"update","inputs":["--all x"]}""")]
    public void A_word_that_names_nothing_is_refused(string json) => Assert.ThrowsAny<HostlockException>(() => Parse(json));

    [Theory]
    [InlineData("""{"action":"update","hosts":"web"}""")]
    [InlineData("""{"action":"update","all":"yes"}""")]
    [InlineData("""{"action":["update"]}""")]
    [InlineData("""["update"]""")]
    [InlineData("""{"action":"hold","hosts":["web"],"reason":"a\nb"}""")]
    [InlineData("""{"action":"update","action":"outdated"}""")]
    public void A_request_of_another_form_is_none(string json)
    {
        var why = Assert.ThrowsAny<Exception>(() => Parse(json));

        Assert.True(why is InvalidOperationException or FormatException or ArgumentException, why.ToString());
    }

    [Fact]
    public void A_rollout_under_way_can_be_approved_paused_and_resumed()
    {
        var rollout = Rollout.Of(new(
            new("1", RolloutAction.Rollout, [new RingPlan("canary", RingRule.Default, ImmutableArray<HostPlan>.Empty)]),
            new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero)));

        Assert.Equal(["rollout", "--approve=canary"], Parse("""{"action":"approve","ring":"canary"}""", rollout).Words);
        Assert.Equal(
            ["rollout", "--plan", "--approve=canary"], Parse("""{"action":"approve","ring":"canary"}""", rollout).PlanWords!.Value);
        Assert.Equal(["rollout", "--abort"], Parse("""{"action":"pause"}""", rollout).Words);
        Assert.Equal(["rollout", "--resume"], Parse("""{"action":"resume"}""", rollout).Words);
        Assert.ThrowsAny<HostlockException>(() => Parse("""{"action":"approve","ring":"--abort"}""", rollout));
        Assert.ThrowsAny<HostlockException>(() => Parse("""{"action":"approve"}""", rollout));
        Assert.ThrowsAny<HostlockException>(() => Parse("""{"action":"pause","ring":"canary"}""", rollout));
    }
}
