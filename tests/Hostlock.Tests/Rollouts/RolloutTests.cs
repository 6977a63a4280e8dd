using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Machines.Probing;
using Hostlock.Rollouts;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts;

/// <summary>The steps that a rollout may take next while no run is at work on it.</summary>
public class RolloutTests
{
    static readonly HostName Web = HostName.Parse("web");

    [Fact]
    public void A_step_that_was_cut_off_has_to_be_finished()
    {
        var begun = Opened().After(new RolloutEvent.Began(Plex, Step.Probe, Start));

        Assert.True(begun.IsBrokenOff);
        Assert.True(begun.MayGoOn);
        Assert.False(begun.IsOver);
        Assert.False(Opened().IsBrokenOff);
    }

    [Fact]
    public void A_machine_on_trial_has_to_be_finished_whatever_was_said()
    {
        var stopped = OnTrial(Opened(), Plex).After(new RolloutEvent.Stopped("interrupted", Start));

        Assert.True(stopped.IsBrokenOff);
        Assert.False(stopped.IsOver);
        Assert.True(stopped.MayGoOn);
    }

    [Fact]
    public void Nothing_can_change_once_all_have_their_systems()
    {
        var kept = Kept(Kept(Opened(), Plex), Web);

        Assert.True(kept.IsOver);
        Assert.False(kept.MayGoOn);
        Assert.False(kept.IsBrokenOff);
    }

    [Fact]
    public void A_failure_that_halts_is_for_a_person_and_what_was_stopped_can_go_on()
    {
        var failed = Said(OnTrial(Opened(), Plex), Plex, Step.Check, Facts(New, Old, Id), Verdict.Fail);
        var returned = Said(failed, Plex, Step.Return, Facts(Old));

        Assert.False(returned.MayGoOn);
        Assert.True(returned.After(new RolloutEvent.Stopped("interrupted", Start)).MayGoOn);
    }

    [Fact]
    public void A_machine_that_was_out_of_reach_may_be_back()
    {
        var rollout = Kept(Opened(), Plex);
        for (var i = 0; i < HostRecord.Patience; i++)
            rollout = Said(rollout, Web, Step.Probe, null);

        Assert.Equal(HostOutcome.Absent, rollout.Hosts[Web].Outcome);
        Assert.True(rollout.IsOver);
        Assert.True(rollout.MayGoOn);
    }

    [Theory]
    [InlineData('1', 60, HostOutcome.Kept)]
    [InlineData('2', -60, HostOutcome.Kept)]
    [InlineData('2', 60, HostOutcome.Superseded)]
    public void A_machine_that_was_seen_to_run_another_system_since_is_not_said_to_keep_this_one(char runs, int later, HostOutcome outcome)
    {
        var machine = new SeenMachine("m1", Moment.Of(Start.AddSeconds(later)), "release 7") { System = FakeHostFacts.System(runs) };

        var seen = Kept(Opened(), Plex).AsSeen(host => host == Plex ? machine : null).Hosts[Plex];

        Assert.Equal(outcome, seen.Outcome);
        Assert.True(seen.Now!.Runs(outcome == HostOutcome.Superseded ? machine.System : New));
        Assert.Equal(outcome == HostOutcome.Superseded ? null : Start, seen.SettledAt);
    }

    [Fact]
    public void The_way_back_is_for_those_that_got_the_system_and_the_last_one_goes_first()
    {
        var back = Kept(Kept(Opened(), Plex), Web).WayBack(isChecked: false);

        Assert.Equal([Web, Plex], back.Select(plan => plan.Host));
        Assert.All(back, plan => Assert.Equal((Old, Activation.Test, false), (plan.Target, plan.Activation, plan.IsChecked)));
    }

    [Fact]
    public void Who_ran_the_system_before_or_did_not_get_it_does_not_go_back()
    {
        var rollout = Said(Opened(), Plex, Step.Probe, Facts(New));

        Assert.Equal(HostOutcome.Kept, rollout.Hosts[Plex].Outcome);
        Assert.Empty(rollout.WayBack(isChecked: true));
    }

    [Fact]
    public void A_rollback_restores_a_lock_once()
    {
        var back = Kept(Opened(RolloutAction.Rollback), Plex);

        Assert.True(back.Restores(back.Hosts[Plex]));
        Assert.False(back.Restores(back.Hosts[Web]));
        var restored = back.After(new RolloutEvent.Restored(Plex, Start));
        Assert.False(restored.Restores(restored.Hosts[Plex]));
        var rollout = Kept(Opened(), Plex);
        Assert.False(rollout.Restores(rollout.Hosts[Plex]));
    }

    [Fact]
    public void What_was_begun_is_unfinished_until_its_machines_and_its_locks_are_where_they_belong()
    {
        var kept = Kept(Kept(Opened(), Plex), Web);
        var back = Kept(Opened(RolloutAction.Rollback), Plex);

        Assert.True(OnTrial(Opened(), Plex).IsUnfinished);
        Assert.False(Opened().IsUnfinished);
        Assert.False(kept.IsUnfinished);
        Assert.True(back.IsUnfinished);
        Assert.False(back.After(new RolloutEvent.Restored(Plex, Start)).IsUnfinished);
        Assert.False(
            Rollout.Of(new(new(Id, RolloutAction.Switch, [Plan()]), Start)).After(new RolloutEvent.Began(Plex, Step.Probe, Start))
                .IsUnfinished);
    }

    [Fact]
    public void Hosts_are_left_unless_each_keeps_its_system_or_failed()
    {
        var failed = Said(
            Said(OnTrial(Kept(Opened(), Plex), Web), Web, Step.Check, Facts(New, Old, Id), Verdict.Fail), Web, Step.Return, Facts(Old));

        Assert.True(Kept(Opened(), Plex).LeavesHosts);
        Assert.False(Kept(Kept(Opened(), Plex), Web).LeavesHosts);
        Assert.Equal(HostOutcome.Returned, failed.Hosts[Web].Outcome);
        Assert.False(failed.LeavesHosts);
    }

    [Fact]
    public void The_same_plan_asks_again_for_what_is_not_done_and_not_taken_back()
    {
        var begun = Kept(Opened(), Plex);
        var failed = Said(
            Said(OnTrial(Opened(), Plex), Plex, Step.Check, Facts(New, Old, Id), Verdict.Fail), Plex, Step.Return, Facts(Old));

        Assert.True(begun.IsAskedAgainBy(begun.Plan));
        Assert.True(failed.IsAskedAgainBy(failed.Plan));
        Assert.False(begun.IsAskedAgainBy(Opened(target: Other).Plan));
        Assert.False(Kept(begun, Web).IsAskedAgainBy(begun.Plan));
        Assert.False(begun.After(new RolloutEvent.Restored(Plex, Start)).IsAskedAgainBy(begun.Plan));
    }

    static Rollout Opened(RolloutAction action = RolloutAction.Rollout, StorePath? target = null)
    {
        var ring = new RingPlan("all", RingRule.Default, [Plan() with { Target = target ?? New }, Plan() with { Host = Web }]);
        return Rollout.Of(new(new(Id, action, [ring]), Start)).After(new RolloutEvent.Approved(Start))
            .After(new RolloutEvent.RingOpened("all", null, Start));
    }

    static Rollout OnTrial(Rollout rollout, HostName host) =>
        Said(Said(rollout, host, Step.Probe, Facts(Old)), host, Step.Activate, Facts(New, Old, Id));

    static Rollout Kept(Rollout rollout, HostName host) =>
        Said(Said(OnTrial(rollout, host), host, Step.Check, Facts(New, Old, Id), Verdict.Pass), host, Step.Keep, Facts(New));

    static Rollout Said(Rollout rollout, HostName host, Step step, HostFacts? facts, Verdict? verdict = null) =>
        rollout.After(new RolloutEvent.Began(host, step, Start))
            .After(new RolloutEvent.Ended(host, step, new() { Facts = facts, Verdict = verdict }, Start));
}
