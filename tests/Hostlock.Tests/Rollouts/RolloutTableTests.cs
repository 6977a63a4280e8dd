using System.Collections.Immutable;
using Hostlock.Cli;
using Hostlock.Fleets;
using Hostlock.Platform;
using Hostlock.Reporting;
using Hostlock.Rollouts;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts;

/// <summary>The table of a rollout that is redrawn at a terminal.</summary>
public sealed class RolloutTableTests : IDisposable
{
    static readonly HostName Zeeba = HostName.Parse("zeeba");

    readonly StringWriter _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public void A_host_that_ended_has_a_line_that_stays_and_the_table_goes()
    {
        Show(
            "canary",
            new RolloutEvent.RingOpened("canary", null, Start),
            new RolloutEvent.Began(Plex, Step.Probe, Start),
            Ended(Step.Probe, Facts(Old)),
            new RolloutEvent.Began(Plex, Step.Activate, Start),
            Ended(Step.Activate, Facts(New, Old, Id)),
            new RolloutEvent.Began(Plex, Step.Check, Start),
            Ended(Step.Check, Facts(New, Old, Id), Verdict.Pass),
            new RolloutEvent.Began(Plex, Step.Keep, Start),
            Ended(Step.Keep, Facts(New)));

        var shown = _output.ToString();
        Assert.Contains("plex  on trial · kept", shown, StringComparison.Ordinal);
        Assert.Contains("ring canary", shown, StringComparison.Ordinal);
        // The table is redrawn in its place, and at the end nothing of it is left.
        Assert.Contains("\e[2K", shown, StringComparison.Ordinal);
        Assert.EndsWith("\e[?25h", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_and_what_machines_say_are_text_and_no_commands()
    {
        Show("[red]\e[2J\e]0;x\a", Ended(Step.Copy, null, note: "[/] \e[5m"), new RolloutEvent.Began(Plex, Step.Probe, Start));

        var shown = _output.ToString();
        Assert.Contains("[red]", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[2J", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("\a", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[5m", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Hosts_at_risk_are_shown_first_and_what_finds_no_room_is_counted()
    {
        var hosts = Enumerable.Range(0, 30).Select(number => Plan() with { Host = HostName.Parse($"h{number:00}") }).ToImmutableArray();
        var rollout = Rollout.Of(new(new(Id, RolloutAction.Rollout, [new RingPlan("all", RingRule.Default, hosts)]), Start))
            .After(new RolloutEvent.RingOpened("all", null, Start));
        foreach (var host in hosts)
            rollout = rollout.After(new RolloutEvent.Began(host.Host, Step.Probe, Start));
        var last = hosts[^1].Host;
        rollout = rollout.After(new RolloutEvent.Ended(last, Step.Probe, new() { Facts = Facts(Old) }, Start))
            .After(new RolloutEvent.Began(last, Step.Activate, Start));

        var rows = RolloutProgress.Rows(rollout, _ => "", most: 10);

        Assert.Equal(10, rows.Count);
        Assert.Equal(("ring all", "30 to come"), rows[0]);
        Assert.Contains(("  h29", "activate …"), rows);
        Assert.Equal(("", "and 22 more"), rows[^1]);
    }

    static RolloutEvent.Ended Ended(Step step, HostFacts? facts, Verdict? verdict = null, string? note = null) =>
        new(Plex, step, new() { Facts = facts, Verdict = verdict, Note = note }, Start);

    void Show(string ring, params RolloutEvent[] events)
    {
        var surroundings = new Surroundings(
            _output, TextWriter.Null, null, "/", new Dictionary<string, string>(), _ => throw new NotSupportedException(),
            new ProcessRunner(), TimeProvider.System, IsTerminal: true, 80);
        var table = new RolloutTable(new(surroundings, "never", TypedCommands.InFlake, Loudness.Usual), surroundings);
        var rollout = Rollout.Of(new(
            new(Id, RolloutAction.Rollout, [new RingPlan(ring, RingRule.Default, [Plan(), Plan() with { Host = Zeeba }])]), Start));
        foreach (var happened in events)
        {
            var after = rollout.After(happened);
            table.Happened(happened, rollout, after);
            rollout = after;
        }
        table.Break();
    }
}
