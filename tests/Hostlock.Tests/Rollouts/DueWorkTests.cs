using Hostlock.Fleets;
using Hostlock.Fleets.Settings;
using Hostlock.Rollouts;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts;

/// <summary>The work that a timer finds.</summary>
public class DueWorkTests
{
    static readonly HostName Web = HostName.Parse("web");
    static readonly Fleet Both = FleetFile.Read("version = 1\n[hosts.plex]\n[hosts.web]\n");
    static readonly RolloutEvent.RingApproved Approval = new("rest", Start);

    [Fact]
    public void An_approval_that_somebody_wrote_is_taken_up() =>
        Assert.Equal([Approval], Assert.IsType<DueWork.GoOn>(DueWork.Of(Begun(), Approval, Both, Start)).Happened);

    [Fact]
    public void What_the_rules_order_is_due() =>
        Assert.Empty(Assert.IsType<DueWork.GoOn>(DueWork.Of(Begun(), null, Both, Start)).Happened);

    [Fact]
    public void Nothing_is_due_once_all_have_their_systems() =>
        Assert.IsType<DueWork.Nothing>(DueWork.Of(Ended(HostOutcome.Kept), null, Both, Start));

    [Fact]
    public void What_failed_is_not_tried_again() =>
        Assert.IsType<DueWork.Nothing>(DueWork.Of(Ended(HostOutcome.Returned), null, Both, Start));

    [Fact]
    public void A_machine_that_was_out_of_reach_is_asked()
    {
        var asked = Assert.IsType<DueWork.Ask>(DueWork.Of(Ended(HostOutcome.Absent), null, Both, Start));

        Assert.Equal([Plex], asked.Absent);
        Assert.Empty(asked.Deferred);
    }

    [Fact]
    public void An_agent_that_took_nothing_is_asked() =>
        Assert.Equal(
            [Plex],
            Assert.IsType<DueWork.Ask>(DueWork.Of(Deferred(), null, Both, Start)).Deferred.Select(host => host.Plan.Host));

    [Fact]
    public void A_host_that_is_gone_is_not_asked() =>
        Assert.IsType<DueWork.Nothing>(
            DueWork.Of(
                Ended(HostOutcome.Absent).After(new RolloutEvent.Held(Plex, HostRecord.Gone, Start)), null,
                FleetFile.Read("version = 1\n[hosts.web]\n"), Start));

    [Fact]
    public void A_host_that_is_held_no_longer_gets_what_passed_it_by()
    {
        var hold = new RolloutEvent.Held(Plex, "a fair", Start);

        Assert.IsType<DueWork.GoOn>(DueWork.Of(Begun().After(hold), null, Both, Start));
        // A host that has its system missed nothing while it was held.
        Assert.IsType<DueWork.Nothing>(DueWork.Of(Ended(HostOutcome.Kept).After(hold), null, Both, Start));
    }

    [Fact]
    public void The_holds_of_the_settings_are_told_once()
    {
        var fleet = FleetFile.Read("version = 1\n[hosts.plex]\nhold = { reason = \"a fair\" }\n");
        var plan = new RolloutPlan(
            Id, RolloutAction.Rollout, [new RingPlan("all", RingRule.Default, [Plan(), Plan() with { Host = Web }])]);
        var rollout = Rollout.Of(new(plan, Start));

        var changed = HostHolds.Changed(rollout, fleet, Start).ToList();

        Assert.Equal([(Plex, "a fair"), (Web, HostRecord.Gone)], changed.Select(held => (held.Host, held.Why)));
        Assert.Empty(HostHolds.Changed(changed.Aggregate(rollout, (known, held) => known.After(held)), fleet, Start));
        Assert.Equal(
            [(Plex, null)],
            HostHolds.Changed(rollout.After(changed[0]), FleetFile.Read("version = 1\n[hosts.plex]\n[hosts.web]\n"), Start)
                .Select(held => (held.Host, held.Why)));
    }

    [Fact]
    public void A_hold_that_is_over_holds_nothing()
    {
        var fleet = FleetFile.Read("version = 1\n[hosts.plex]\nhold = { reason = \"a fair\", until = \"2026-11-29\" }\n");

        Assert.NotEmpty(HostHolds.Changed(Begun(), fleet, Start.AddDays(-1)));
        Assert.Empty(HostHolds.Changed(Begun(), fleet, Start.AddDays(1)));
    }

    [Fact]
    public void Whoever_has_a_held_host_go_back_knows_that_it_is_held()
    {
        var fleet = FleetFile.Read("version = 1\n[hosts.plex]\nhold = { reason = \"a fair\" }\n");

        Assert.Empty(HostHolds.Changed(Rollout.Of(new(new(Id, RolloutAction.Rollback, [Plan()]), Start)), fleet, Start));
    }

    static Rollout Begun() =>
        Rollout.Of(new(new(Id, RolloutAction.Rollout, [new RingPlan("all", RingRule.Default, [Plan()])]), Start))
            .After(new RolloutEvent.Approved(Start)).After(new RolloutEvent.RingOpened("all", null, Start));

    static Rollout Deferred() => Begun().After(new RolloutEvent.Began(Plex, Step.Probe, Start))
        .After(new RolloutEvent.Ended(Plex, Step.Probe, new() { Facts = Facts(Old) }, Start))
        .After(new RolloutEvent.Began(Plex, Step.Activate, Start))
        .After(new RolloutEvent.Ended(Plex, Step.Activate, new() { Facts = Facts(Old), IsDeferred = true }, Start));

    static Rollout Ended(HostOutcome outcome)
    {
        var rollout = Begun();
        if (outcome == HostOutcome.Absent)
        {
            for (var i = 0; i < HostRecord.Patience; i++)
                rollout = Said(rollout, Step.Probe, null);
        }
        else
        {
            rollout = Said(Said(rollout, Step.Probe, Facts(Old)), Step.Activate, Facts(New, Old, Id));
            rollout = outcome == HostOutcome.Kept
                ? Said(Said(rollout, Step.Check, Facts(New, Old, Id), Verdict.Pass), Step.Keep, Facts(New))
                : Said(Said(rollout, Step.Check, Facts(New, Old, Id), Verdict.Fail), Step.Return, Facts(Old));
        }
        Assert.Equal(outcome, rollout.Hosts[Plex].Outcome);
        return rollout;
    }

    static Rollout Said(Rollout rollout, Step step, HostFacts? facts, Verdict? verdict = null) =>
        rollout.After(new RolloutEvent.Began(Plex, step, Start))
            .After(new RolloutEvent.Ended(Plex, step, new() { Facts = facts, Verdict = verdict }, Start));
}
