using System.Collections.Immutable;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Rollouts;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts;

/// <summary>The rules for one host, event by event: the test answers each step that they want with the words of the machine.</summary>
public class RolloutRulesTests
{
    [Fact]
    public void A_good_host_is_tried_checked_and_kept()
    {
        var story = new Story().Says(Step.Probe, Facts(Old) with { HasTarget = false }).Says(Step.Copy, Facts(Old)).Approved()
            .Says(Step.Activate, Facts(New, Old, Id)).Says(Step.Check, Facts(New, Old, Id), Verdict.Pass).Says(Step.Keep, Facts(New));

        Assert.Equal(HostOutcome.Kept, story.Outcome);
        Assert.False(story.Host.WasThere);
        Assert.Empty(story.Next);
    }

    [Fact]
    public void Nothing_is_activated_before_somebody_said_so()
    {
        var story = new Story().Says(Step.Probe, Facts(Old));

        Assert.Equal([new Order.AskToBegin()], story.Next);
        Assert.Equal(Step.Activate, story.Approved().NextStep);
    }

    [Fact]
    public void A_host_that_has_its_system_is_left_alone()
    {
        var story = new Story().Says(Step.Probe, Facts(New));

        Assert.Equal((HostOutcome.Kept, true), (story.Outcome, story.Host.WasThere));
        Assert.Empty(story.Next);
    }

    [Fact]
    public void A_verdict_of_fail_returns_the_host()
    {
        var story = Tried().Says(Step.Check, Facts(New, Old, Id), Verdict.Fail).Says(Step.Return, Facts(Old));

        Assert.Equal(HostOutcome.Returned, story.Outcome);
    }

    [Fact]
    public void An_activation_that_did_nothing_is_a_failure_whatever_the_engine_said()
    {
        var story = Approved().Says(Step.Activate, Facts(Old, trial: Id)).Says(Step.Return, Facts(Old));

        Assert.Equal(HostOutcome.Returned, story.Outcome);
    }

    [Fact]
    public void An_activation_that_the_machine_refuses_is_tried_once_more()
    {
        var story = Approved().Says(Step.Activate, Facts(Old));

        Assert.Equal((null, Step.Activate), (story.Outcome, story.NextStep));
    }

    [Fact]
    public void A_host_that_refuses_again_was_never_begun_with()
    {
        var story = Approved().Says(Step.Activate, Facts(Old)).Says(Step.Activate, Facts(Old));

        Assert.Equal((HostOutcome.NotBegun, false, false), (story.Outcome, story.Host.IsFailure, story.Host.IsAtRisk));
        Assert.Equal(Step.Activate, story.With(new RolloutEvent.Resumed(true, Start)).Says(Step.Probe, Facts(Old)).NextStep);
    }

    [Fact]
    public void An_activation_that_never_reached_its_host_is_no_return()
    {
        var story = Approved().Says(Step.Activate, null).Says(Step.Probe, Facts(Old));

        Assert.Equal((null, Step.Activate), (story.Outcome, story.NextStep));
        Assert.Equal(HostOutcome.NotBegun, story.Says(Step.Activate, null).Says(Step.Probe, Facts(Old)).Outcome);
    }

    [Fact]
    public void A_host_on_the_trial_of_another_rollout_is_that_ones_to_keep()
    {
        var theirs = Facts(Old, trial: "another");
        var story = new Story().Says(Step.Probe, theirs).Approved().Says(Step.Activate, theirs).Says(Step.Activate, theirs);

        Assert.Equal(HostOutcome.Superseded, story.Outcome);
    }

    [Fact]
    public void An_unclear_verdict_is_for_a_person()
    {
        var story = Tried().Says(Step.Check, Facts(New, Old, Id), Verdict.Unclear);

        Assert.Equal([new Order.AskToKeep(Plex)], story.Next);
        Assert.Equal(Step.Keep, story.Copy().With(new RolloutEvent.Decided(Plex, Verdict.Pass, Start)).NextStep);
        Assert.Equal(Step.Return, story.Copy().With(new RolloutEvent.Decided(Plex, Verdict.Fail, Start)).NextStep);
        Assert.Equal(Step.Probe, story.Copy().With(new RolloutEvent.Resumed(true, Start)).NextStep);
        Assert.Equal(
            Step.Keep, story.Copy().With(new RolloutEvent.Resumed(false, Start)).Says(Step.Probe, Facts(New, Old, Id)).NextStep);
    }

    [Fact]
    public void A_host_that_fell_silent_and_came_back_by_its_timer_is_returned()
    {
        var story = Approved().Says(Step.Activate, null).Says(Step.Probe, null).Says(Step.Probe, Facts(Old) with { Fired = Id });

        Assert.Equal(HostOutcome.Returned, story.Outcome);
    }

    [Fact]
    public void A_host_that_stays_silent_longer_than_its_timer_is_stranded()
    {
        var story = Approved().Says(Step.Activate, null);

        Assert.Null(story.After(TimeSpan.FromMinutes(14)).Says(Step.Probe, null).Outcome);
        Assert.Equal(HostOutcome.Stranded, story.After(TimeSpan.FromMinutes(2)).Says(Step.Probe, null).Outcome);
    }

    [Fact]
    public void A_power_cut_on_trial_is_tried_once_more()
    {
        var story = Tried().Says(Step.Check, null).Says(Step.Probe, Facts(Old, trial: Id, boot: "b2"));

        Assert.Equal(Step.Activate, story.NextStep);
        Assert.Equal(
            HostOutcome.Kept,
            story.Says(Step.Activate, Facts(New, Old, Id, "b2")).Says(Step.Check, Facts(New, Old, Id, "b2"), Verdict.Pass)
                .Says(Step.Keep, Facts(New, boot: "b2")).Outcome);
    }

    [Fact]
    public void A_system_that_reboots_its_host_twice_is_given_up()
    {
        var story = Approved()
            .Says(Step.Activate, Facts(Old, trial: Id, boot: "b2"))
            .Says(Step.Activate, Facts(Old, trial: Id, boot: "b3"));

        Assert.Equal(HostOutcome.Returned, story.Says(Step.Return, Facts(Old, boot: "b3")).Outcome);
    }

    [Fact]
    public void A_verdict_is_of_one_boot()
    {
        var story = Tried().Says(Step.Check, Facts(New, Old, Id), Verdict.Pass).Says(Step.Keep, null)
            .Says(Step.Probe, Facts(New, New, Id, "b2"));

        Assert.Equal(Step.Check, story.NextStep);
    }

    [Fact]
    public void A_killed_run_looks_first_and_goes_on_from_there()
    {
        var cut = Approved().With(new RolloutEvent.Began(Plex, Step.Activate, Start));

        Assert.Equal(Step.Probe, cut.NextStep);
        Assert.Equal(Step.Activate, cut.Copy().Says(Step.Probe, Facts(Old)).NextStep);
        Assert.Equal(Step.Activate, cut.Copy().Says(Step.Probe, Facts(Old, trial: Id)).NextStep);
        Assert.Equal(Step.Check, cut.Copy().Says(Step.Probe, Facts(New, Old, Id)).NextStep);
        Assert.Equal(Step.Activate, cut.Copy().Says(Step.Probe, Facts(Old) with { Fired = Id }).NextStep);
    }

    [Fact]
    public void What_was_kept_and_not_disarmed_is_kept_once_more()
    {
        var story = Tried().Says(Step.Check, Facts(New, Old, Id), Verdict.Pass).Says(Step.Keep, Facts(New, New, Id));

        Assert.Equal(Step.Keep, story.NextStep);
    }

    [Fact]
    public void What_cannot_be_kept_goes_back()
    {
        var story = Tried().Says(Step.Check, Facts(New, Old, Id), Verdict.Pass).Says(Step.Keep, Facts(New, New, Id))
            .Says(Step.Keep, Facts(New, New, Id)).Says(Step.Return, Facts(Old));

        Assert.Equal(HostOutcome.Returned, story.Outcome);
    }

    [Fact]
    public void A_half_switch_goes_back()
    {
        var story = Tried().Says(Step.Check, Facts(New, Old, Id), Verdict.Pass).Says(Step.Keep, Facts(Old, New, Id, "b2"));

        Assert.Equal(HostOutcome.Returned, story.Says(Step.Return, Facts(Old, boot: "b2")).Outcome);
    }

    [Fact]
    public void What_began_to_go_back_goes_back_whatever_a_power_cut_does()
    {
        var story = Tried().Says(Step.Check, Facts(New, Old, Id), Verdict.Fail).Says(Step.Return, null);

        Assert.Equal(Step.Return, story.Copy().Says(Step.Probe, Facts(Old, trial: Id, boot: "b2")).NextStep);
        Assert.Equal(Step.Return, story.Copy().Says(Step.Probe, Facts(New, New, Id, "b2")).NextStep);
        Assert.Equal(HostOutcome.Returned, story.Copy().Says(Step.Probe, Facts(Old, boot: "b2")).Outcome);
    }

    [Fact]
    public void What_somebody_else_switched_is_left_alone()
    {
        var story = Tried().Says(Step.Check, Facts(Other, trial: Id));

        Assert.Equal(HostOutcome.Superseded, story.Outcome);
        Assert.Empty(story.Next);
    }

    [Fact]
    public void What_somebody_else_switched_while_gates_were_asked_is_left_alone_when_resumed()
    {
        var story = Tried().Says(Step.Check, Facts(Other, trial: Id), Verdict.Unclear);

        Assert.Equal(HostOutcome.Superseded, story.Outcome);
        Assert.Equal(HostOutcome.Superseded, story.With(new RolloutEvent.Resumed(true, Start)).Outcome);
    }

    [Fact]
    public void What_we_cut_off_before_it_reached_the_machine_is_no_try()
    {
        var story = Approved();
        for (var kill = 0; kill < 5; kill++)
        {
            // The look that follows is cut off as well.
            story.With(new RolloutEvent.Began(Plex, Step.Activate, Start)).With(new RolloutEvent.Began(Plex, Step.Probe, Start))
                .Says(Step.Probe, Facts(Old));
        }

        Assert.Equal((Step.Activate, 0), (story.NextStep, story.Host.Activations));
        Assert.Equal(HostOutcome.Kept, Story.Kept(story.Says(Step.Activate, Facts(New, Old, Id))).Outcome);
    }

    [Fact]
    public void A_copy_that_we_cut_off_is_no_try()
    {
        var missing = Facts(Old) with { HasTarget = false };
        var story = new Story().Says(Step.Probe, missing);
        for (var kill = 0; kill < 5; kill++)
            story.With(new RolloutEvent.Began(Plex, Step.Copy, Start)).Says(Step.Probe, missing);

        Assert.Equal(Step.Copy, story.NextStep);
    }

    [Fact]
    public void What_was_kept_and_is_undone_by_somebody_is_not_done_again()
    {
        var kept = Story.Kept(Tried());
        var asked = kept.Copy().With(new RolloutEvent.Began(Plex, Step.Check, Start));

        Assert.Equal(HostOutcome.Superseded, asked.Copy().Ends(Step.Check, Facts(Old)).Outcome);
        Assert.Equal(HostOutcome.Superseded, asked.Copy().Ends(Step.Check, Facts(New, Old)).Outcome);
        Assert.Equal(HostOutcome.Kept, asked.Copy().Ends(Step.Check, null).Outcome);
        Assert.Equal(Step.Return, asked.Copy().Ends(Step.Check, Facts(New), Verdict.Fail).NextStep);
        Assert.Equal(
            HostOutcome.Returned, asked.Copy().Ends(Step.Check, Facts(New), Verdict.Fail).Says(Step.Return, Facts(Old)).Outcome);
    }

    [Fact]
    public void A_host_that_is_held_stays_at_what_it_runs()
    {
        var held = new RolloutEvent.Held(Plex, "its disk is failing", Start);
        var free = new RolloutEvent.Held(Plex, null, Start);

        Assert.Equal(HostOutcome.Held, new Story().With(held).Outcome);
        Assert.Equal(HostOutcome.Held, Approved().With(held).With(new RolloutEvent.Resumed(true, Start)).Outcome);
        Assert.Equal(Step.Probe, Approved().With(held).With(free).NextStep);
        // A host at risk is finished first.
        Assert.Equal(Step.Check, Tried().With(held).NextStep);
        Assert.Equal(HostOutcome.Kept, Story.Kept(Tried().With(held)).Outcome);
        Assert.Equal(HostOutcome.Returned, Returned().With(held).With(free).Outcome);
    }

    [Fact]
    public void A_system_that_was_returned_is_tried_again_if_a_person_says_so()
    {
        var story = Returned();

        Assert.Empty(story.Copy().With(new RolloutEvent.Resumed(true, Start)).Next);
        Assert.Equal(Step.Probe, story.With(new RolloutEvent.Retried(Plex, Start)).NextStep);
        Assert.Equal(Step.Activate, story.Says(Step.Probe, Facts(Old)).NextStep);
    }

    [Fact]
    public void A_switch_of_somebody_else_is_waited_for_and_not_for_ever()
    {
        var story = Approved()
            .With(new RolloutEvent.Began(Plex, Step.Probe, Start))
            .Says(Step.Probe, Facts(Old) with { IsSwitching = true });

        Assert.Equal(Step.Probe, story.NextStep);
        Assert.Equal(Step.Activate, story.Copy().Says(Step.Probe, Facts(Old)).NextStep);
        Assert.Equal(
            HostOutcome.Superseded,
            story.After(TimeSpan.FromMinutes(31)).Says(Step.Probe, Facts(Old) with { IsSwitching = true }).Outcome);
    }

    [Fact]
    public void Five_silences_are_absence_and_are_asked_again_when_resumed()
    {
        var story = new Story();
        for (var i = 0; i < HostRecord.Patience; i++)
            story.Says(Step.Probe, null);

        Assert.Equal(HostOutcome.Absent, story.Outcome);
        Assert.Equal(Step.Probe, story.With(new RolloutEvent.Resumed(true, Start)).NextStep);
    }

    [Fact]
    public void Three_copies_that_bring_nothing_are_enough()
    {
        var story = new Story().Says(Step.Probe, Facts(Old) with { HasTarget = false });
        for (var i = 0; i < HostRecord.MostCopies; i++)
            story.Says(Step.Copy, Facts(Old) with { HasTarget = false });

        Assert.Equal(HostOutcome.NotCopied, story.Outcome);
    }

    [Fact]
    public void Another_machine_is_not_touched()
    {
        var story = new Story().With(new RolloutEvent.Began(Plex, Step.Probe, Start))
            .With(new RolloutEvent.Ended(Plex, Step.Probe, new() { IsWrongMachine = true }, Start));

        Assert.Equal(HostOutcome.WrongMachine, story.Outcome);
    }

    [Fact]
    public void A_system_for_the_next_boot_is_not_tried()
    {
        var story = new Story(Plan(Activation.Boot)).Says(Step.Probe, Facts(Old)).Approved().Says(Step.Activate, Facts(Old, New));

        Assert.Equal(HostOutcome.Kept, story.Outcome);
    }

    [Fact]
    public void A_boot_entry_that_could_not_be_written_goes_back()
    {
        var story = new Story(Plan(Activation.Boot)).Says(Step.Probe, Facts(Old)).Approved().Says(Step.Activate, Facts(Old, New, Id));

        Assert.Equal(HostOutcome.Returned, story.Says(Step.Return, Facts(Old)).Outcome);
    }

    [Fact]
    public void An_engine_without_a_trial_is_checked_and_goes_back_like_any_other()
    {
        var switched = new Story(Plan(Activation.Switch)).Says(Step.Probe, Facts(Old)).Approved()
            .Says(Step.Activate, Facts(New, New, Id));

        Assert.Equal(
            HostOutcome.Kept, switched.Copy().Says(Step.Check, Facts(New, New, Id), Verdict.Pass).Says(Step.Keep, Facts(New)).Outcome);
        Assert.Equal(
            HostOutcome.Returned,
            switched.Says(Step.Check, Facts(New, New, Id), Verdict.Fail).Says(Step.Return, Facts(Old)).Outcome);
    }

    [Fact]
    public void An_engine_that_moves_the_profile_and_activates_nothing_has_failed()
    {
        var story = new Story(Plan(Activation.Switch)).Says(Step.Probe, Facts(Old)).Approved().Says(Step.Activate, Facts(Old, New, Id));

        Assert.Equal(HostOutcome.Returned, story.Says(Step.Return, Facts(Old)).Outcome);
    }

    [Theory]
    [InlineData("b1")]
    [InlineData("b2")]
    public void An_engine_that_was_cut_off_after_it_moved_the_profile_is_run_once_more(string boot)
    {
        var story = new Story(Plan(Activation.Switch)).Says(Step.Probe, Facts(Old)).Approved()
            .With(new RolloutEvent.Began(Plex, Step.Activate, Start)).Says(Step.Probe, Facts(Old, New, Id, boot));

        Assert.Equal(Step.Activate, story.NextStep);
        Assert.Equal(HostPhase.Unconfirmed, story.Says(Step.Activate, Facts(New, New, Id, boot)).Host.Phase);
    }

    [Fact]
    public void A_system_that_cannot_be_switched_to_is_for_the_next_boot()
    {
        var story = new Story().Says(Step.Probe, Facts(Old) with { HasTarget = false })
            .Says(Step.Copy, Facts(Old) with { IsInhibited = true }).Approved().Says(Step.Activate, Facts(Old, New));

        Assert.Equal((HostOutcome.Kept, Activation.Boot), (story.Outcome, story.Host.Plan.Activation));
    }

    [Fact]
    public void A_host_whose_user_is_not_root_gets_nothing_until_he_is()
    {
        var story = new Story().Says(Step.Probe, Facts(Old) with { Power = RootPower.None });

        Assert.Equal(HostOutcome.NotCopied, story.Outcome);
        Assert.Equal(Step.Activate, story.Approved().With(new RolloutEvent.Resumed(true, Start)).Says(Step.Probe, Facts(Old)).NextStep);
        // A machine that runs the system already need not be changed, so it does not matter that nobody can become root there.
        Assert.Equal(HostOutcome.Kept, new Story().Says(Step.Probe, Facts(New) with { Power = RootPower.None }).Outcome);
    }

    [Fact]
    public void An_agent_that_takes_nothing_is_for_a_person_and_no_try()
    {
        var story = new Story(Plan(Activation.Switch)).Says(Step.Probe, Facts(Old)).Approved().Defers(Facts(Old));

        Assert.Equal([new Order.AskForAgent(Plex)], story.Next);
        Assert.Equal((null, 0), (story.Outcome, story.Host.Activations));
        story.With(new RolloutEvent.Resumed(true, Start)).Says(Step.Probe, Facts(Old)).Says(Step.Activate, Facts(New, New, Id));
        Assert.Equal(Step.Check, story.NextStep);
    }

    [Fact]
    public void An_agent_that_takes_nothing_of_a_machine_that_falls_silent_is_asked_for_once_the_machine_is_known()
    {
        var story = new Story(Plan(Activation.Switch)).Says(Step.Probe, Facts(Old)).Approved().Defers(null);

        Assert.Equal(Step.Probe, story.NextStep);
        Assert.Equal([new Order.AskForAgent(Plex)], story.Says(Step.Probe, Facts(Old)).Next);
    }

    [Fact]
    public void Without_a_check_the_system_is_kept_at_once()
    {
        var story = new Story(Plan(isChecked: false)).Says(Step.Probe, Facts(Old)).Approved().Says(Step.Activate, Facts(New, Old, Id));

        Assert.Equal(HostOutcome.Kept, story.Says(Step.Keep, Facts(New)).Outcome);
    }

    [Fact]
    public void One_host_is_at_risk_at_a_time_and_a_failure_stops_the_others()
    {
        var second = HostName.Parse("zeeba");
        var rollout = Rollout.Of(new(new(Id, RolloutAction.Switch, [Plan(), Plan() with { Host = second }]), Start));
        foreach (var host in new[] { Plex, second })
            rollout = Ended(Began(rollout, host, Step.Probe), host, Step.Probe, Facts(Old));
        rollout = rollout.After(new RolloutEvent.Approved(Start));

        Assert.Equal([new Order.Do(Plex, Step.Activate)], Next(rollout));
        rollout = Began(rollout, Plex, Step.Activate);
        Assert.Empty(RolloutRules.Next(rollout, new HashSet<HostName> { Plex }, Start));
        rollout = Ended(rollout, Plex, Step.Activate, Facts(Old, trial: Id));
        Assert.Equal([new Order.Do(Plex, Step.Return)], Next(rollout));
        rollout = Ended(Began(rollout, Plex, Step.Return), Plex, Step.Return, Facts(Old));
        Assert.Empty(Next(rollout));
        Assert.DoesNotContain(rollout.Hosts, host => host.IsAtRisk);

        static Rollout Began(Rollout rollout, HostName host, Step step) => rollout.After(new RolloutEvent.Began(host, step, Start));

        static Rollout Ended(Rollout rollout, HostName host, Step step, HostFacts facts) =>
            rollout.After(new RolloutEvent.Ended(host, step, new() { Facts = facts }, Start));

        static ImmutableArray<Order> Next(Rollout rollout) => RolloutRules.Next(rollout, ImmutableHashSet<HostName>.Empty, Start);
    }

    [Fact]
    public void An_interrupt_finishes_what_is_at_risk_and_begins_nothing()
    {
        var stopped = new RolloutEvent.Stopped("interrupted", Start);

        Assert.Empty(Approved().With(stopped).Next);
        Assert.Equal(Step.Check, Tried().With(stopped).NextStep);
    }

    static Story Approved() => new Story().Says(Step.Probe, Facts(Old)).Approved();

    static Story Returned() => Tried().Says(Step.Check, Facts(New, Old, Id), Verdict.Fail).Says(Step.Return, Facts(Old));

    static Story Tried() => Approved().Says(Step.Activate, Facts(New, Old, Id));

    sealed class Story(HostPlan? plan = null)
    {
        Rollout _rollout = Rollout.Of(new(new(Id, RolloutAction.Switch, [plan ?? Plan()]), Start));
        DateTimeOffset _now = Start;

        public HostRecord Host => _rollout.Hosts[Plex];

        public HostOutcome? Outcome => Host.Outcome;

        public ImmutableArray<Order> Next => RolloutRules.Next(_rollout, ImmutableHashSet<HostName>.Empty, _now);

        public Step? NextStep => Next is [Order.Do(_, var step)] ? step : null;

        public Story Copy() => (Story)MemberwiseClone();

        public Story After(TimeSpan time)
        {
            _now += time;
            return this;
        }

        public Story With(RolloutEvent happened)
        {
            _rollout = _rollout.After(happened);
            return this;
        }

        public Story Approved() => With(new RolloutEvent.Approved(_now));

        public static Story Kept(Story tried) =>
            tried.Says(Step.Check, Facts(New, Old, Id), Verdict.Pass).Says(Step.Keep, Facts(New));

        public Story Ends(Step step, HostFacts? facts, Verdict? verdict = null) =>
            With(new RolloutEvent.Ended(Plex, step, new() { Facts = facts, Verdict = verdict }, _now));

        /// <summary>Finds, as it is to activate, that the agent takes nothing.</summary>
        public Story Defers(HostFacts? facts) => With(new RolloutEvent.Began(Plex, Step.Activate, _now))
            .With(new RolloutEvent.Ended(Plex, Step.Activate, new() { Facts = facts, IsDeferred = true }, _now));

        /// <summary>Takes the step that the rules want, which must be this one.</summary>
        public Story Says(Step step, HostFacts? facts, Verdict? verdict = null)
        {
            Assert.Equal(step, NextStep);
            return With(new RolloutEvent.Began(Plex, step, _now)).Ends(step, facts, verdict);
        }
    }
}
