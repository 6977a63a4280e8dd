using System.Collections.Immutable;
using Hostlock.Fleets;
using Hostlock.Rollouts;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts;

/// <summary>The rules for rings: a is the canary, and b, c and d are the hosts of the next ring.</summary>
public class RingRulesTests
{
    static readonly HostName A = HostName.Parse("a"), B = HostName.Parse("b"), C = HostName.Parse("c"), D = HostName.Parse("d");

    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public void A_ring_begins_once_the_one_before_is_kept_and_was_asked_once_more()
    {
        var story = new Story();

        Assert.Equal([new Order.Open("canary")], story.Next);
        Assert.Equal([new Order.Do(A, Step.Check)], story.Opens("canary").Keeps(A).Next);
        Assert.Equal([new Order.Open("rest")], story.Checks(A, Facts(New), Verdict.Pass).Next);
        Assert.Equal(
            [new Order.Do(B, Step.Probe), new Order.Do(C, Step.Probe), new Order.Do(D, Step.Probe)], story.Opens("rest").Next);
    }

    [Fact]
    public void A_canary_that_fails_halts_the_rollout()
    {
        var story = new Story().Opens("canary").Returns(A);

        Assert.Empty(story.Next);
        Assert.Equal("a failed", RolloutRules.WhyHalted(story.Rollout));
        Assert.DoesNotContain(story.Rollout.Hosts, host => host.IsAtRisk);
    }

    [Fact]
    public void A_canary_that_fails_while_it_soaks_goes_back()
    {
        var story = new Story(rule: new() { Soak = Day }).Opens("canary").Keeps(A);

        Assert.Equal([new Order.Wait("rest", story.Now + Day, WaitReason.Soak)], story.Next);
        Assert.Equal([new Order.Do(A, Step.Check)], story.After(Day).Next);
        Assert.Equal([new Order.Do(A, Step.Return)], story.Checks(A, Facts(New), Verdict.Fail).Next);
        Assert.Empty(story.Ends(A, Step.Return, Facts(Old)).Next);
        Assert.Equal(HostOutcome.Returned, story.Rollout.Hosts[A].Outcome);
    }

    [Fact]
    public void A_canary_that_sleeps_when_the_next_ring_is_due_is_asked_once_and_stays_kept()
    {
        var story = new Story(rule: new() { Soak = Day }).Opens("canary").Keeps(A).After(Day).Checks(A, null);

        Assert.Equal([new Order.Open("rest")], story.Next);
        Assert.Equal(HostOutcome.Kept, story.Rollout.Hosts[A].Outcome);
    }

    [Fact]
    public void A_reboot_does_not_begin_the_soak_anew_and_another_system_ends_it()
    {
        var story = new Story(rule: new() { Soak = Day }).Opens("canary").Keeps(A).After(Day);

        Assert.Equal([new Order.Open("rest")], story.Copy().Checks(A, Facts(New, boot: "b2"), Verdict.Pass).Next);
        Assert.Equal([new Order.AskToOpen("rest", DoorReason.NothingTried)], story.Checks(A, Facts(Other)).Next);
        Assert.Equal(HostOutcome.Superseded, story.Rollout.Hosts[A].Outcome);
    }

    [Fact]
    public void What_a_person_had_go_back_has_not_failed_and_its_lock_is_that_of_its_ring_no_more()
    {
        var story = new Story().Opens("canary").Keeps(A).With(new RolloutEvent.Stopped("aborted", Start))
            .With(new RolloutEvent.Restored(A, Start));

        Assert.Equal((HostOutcome.Returned, false), (story.Rollout.Hosts[A].Outcome, story.Rollout.Hosts[A].IsFailure));
        Assert.Equal("aborted", RolloutRules.WhyHalted(story.Rollout));
        Assert.Empty(story.Next);
        // A journal may name a host that its rollout does not have.
        Assert.Equal(story.Rollout, story.Copy().With(new RolloutEvent.Restored(FakeHostFacts.Plex, Start)).Rollout);
        // A person who goes on all the same is asked, because nothing was tried.
        story.With(new RolloutEvent.Resumed(IsChecked: true, Start));
        Assert.Equal([new Order.AskToOpen("rest", DoorReason.NothingTried)], story.Next);
        Assert.Equal([new Order.Open("canary")], story.With(new RolloutEvent.Retried(A, Start)).Next);
    }

    [Fact]
    public void Who_is_at_risk_when_a_rollout_is_aborted_is_finished_and_the_others_begin_if_it_is_resumed()
    {
        var story = Rest(RingRule.Default).Keeps(B).Ends(C, Step.Probe, Facts(Old)).Ends(D, Step.Probe, Facts(Old))
            .Ends(C, Step.Activate, Facts(New, Old, Id)).With(new RolloutEvent.Stopped("aborted", Start));

        Assert.Equal([new Order.Do(C, Step.Check)], story.Next);
        story.Checks(C, Facts(New, Old, Id), Verdict.Pass).Ends(C, Step.Keep, Facts(New));
        Assert.Empty(story.Next);
        Assert.Equal(
            [HostOutcome.Kept, HostOutcome.Kept, HostOutcome.Kept, null], story.Rollout.Hosts.Select(host => host.Outcome));
        Assert.True(story.Rollout is { IsOver: true, LeavesHosts: true });

        story.With(new RolloutEvent.Resumed(IsChecked: true, story.Now));
        Assert.Equal([new Order.Do(D, Step.Activate)], story.Next);
    }

    [Fact]
    public void On_the_way_back_a_host_that_is_ready_waits_for_the_one_that_got_the_system_after_it()
    {
        var kept = Rest(RingRule.Default).Keeps(B).Keeps(C);
        var back = new Story(RolloutPlan.Of(RolloutAction.Rollback, kept.Rollout.WayBack(isChecked: true), kept.Now))
            .Ends(A, Step.Probe, Facts(New)).Ends(B, Step.Probe, Facts(New));

        Assert.Equal([new Order.Do(C, Step.Probe)], back.Next);
        Assert.Equal([new Order.Do(C, Step.Activate)], back.Copy().Ends(C, Step.Probe, Facts(New)).Next);
        // A machine that does not answer holds up nobody.
        Assert.Equal([new Order.Do(B, Step.Activate)], back.IsAbsent(C).Next);
    }

    [Fact]
    public void A_canary_that_is_absent_is_no_proof_and_a_person_may_go_on_without_it()
    {
        var story = new Story().Opens("canary").IsAbsent(A);

        Assert.Equal([new Order.AskToOpen("rest", DoorReason.NothingTried)], story.Next);
        Assert.Equal([new Order.Open("rest")], story.With(new RolloutEvent.RingApproved("rest", story.Now)).Next);
    }

    [Fact]
    public void A_system_that_waits_for_a_boot_is_not_tried_yet()
    {
        var story = new Story(activation: Activation.Boot).Opens("canary").Ends(A, Step.Probe, Facts(Old))
            .Ends(A, Step.Activate, Facts(Old, New));

        Assert.Equal([new Order.AskToOpen("rest", DoorReason.Reboot)], story.Next);
        story.With(new RolloutEvent.Resumed(true, story.Now));
        Assert.Equal([new Order.Do(A, Step.Probe)], story.Next);
        Assert.Equal([new Order.Open("rest")], story.Ends(A, Step.Probe, Facts(New, boot: "b2")).Next);
    }

    [Fact]
    public void A_ring_waits_for_approval_and_its_hours_and_asks_afterwards()
    {
        var story = new Story(rule: new() { NeedsApproval = true, Window = ChangeWindow.TryParse("01:00-05:00") }).Opens("canary").Keeps(A);

        Assert.Equal([new Order.AskToOpen("rest", DoorReason.Approval)], story.Next);
        story.With(new RolloutEvent.RingApproved("rest", story.Now));
        Assert.Equal([new Order.Wait("rest", Start.Date.AddDays(1).AddHours(1), WaitReason.Window)], story.Next);
        Assert.Equal([new Order.Do(A, Step.Check)], story.After(TimeSpan.FromHours(14)).Next);
        Assert.Equal([new Order.Open("rest")], story.Checks(A, Facts(New), Verdict.Pass).Next);
    }

    [Fact]
    public void Outside_of_its_hours_no_host_of_a_ring_begins()
    {
        var story = Rest(new() { Window = ChangeWindow.TryParse("11:00-13:00") });
        foreach (var host in new[] { B, C, D })
            story.Ends(host, Step.Probe, Facts(Old));

        Assert.Equal([new Order.Do(B, Step.Activate)], story.Next);
        story.Ends(B, Step.Activate, Facts(New, Old, Id)).After(TimeSpan.FromHours(2));
        Assert.Equal([new Order.Do(B, Step.Check)], story.Next);
        story.Ends(B, Step.Check, Facts(New, Old, Id), Verdict.Pass).Ends(B, Step.Keep, Facts(New));
        Assert.Equal([new Order.Wait("rest", Start.Date.AddDays(1).AddHours(11), WaitReason.Window)], story.Next);
    }

    [Fact]
    public void As_many_are_at_risk_as_the_ring_says()
    {
        var story = Rest(new() { Parallel = 2 });
        foreach (var host in new[] { B, C, D })
            story.Ends(host, Step.Probe, Facts(Old));

        Assert.Equal([new Order.Do(B, Step.Activate), new Order.Do(C, Step.Activate)], story.Next);
        story.Begins(B, Step.Activate).Begins(C, Step.Activate);
        Assert.Empty(story.NextBusy(B, C));
        Assert.Equal([new Order.Do(B, Step.Check)], story.Ends(B, Step.Activate, Facts(New, Old, Id)).NextBusy(C));
    }

    [Fact]
    public void Hosts_of_a_group_are_not_at_risk_together()
    {
        var story = Rest(new() { Parallel = 3 }, new GroupPlan("etcd", 1, [B, C]));
        foreach (var host in new[] { B, C, D })
            story.Ends(host, Step.Probe, Facts(Old));

        Assert.Equal([new Order.Do(B, Step.Activate), new Order.Do(D, Step.Activate)], story.Next);
    }

    [Fact]
    public void A_host_waits_for_those_that_it_comes_after_and_for_nobody_who_is_out_of_reach()
    {
        var plan = new RolloutPlan(
            Id, RolloutAction.Rollout,
            [
                new RingPlan(
                    "all", new() { Parallel = 3 },
                    [.. new[] { B, C, D }.Select(host => Plan() with { Host = host, After = host == B ? [C, D] : [] })]),
            ]);
        var story = new Story(plan).Opens("all").Ends(B, Step.Probe, Facts(Old)).Ends(C, Step.Probe, Facts(Old)).IsAbsent(D);

        Assert.Equal([new Order.Do(C, Step.Activate)], story.Next);
        story.Ends(C, Step.Activate, Facts(New, Old, Id));
        Assert.Equal([new Order.Do(C, Step.Check)], story.Next);
        story.Checks(C, Facts(New, Old, Id), Verdict.Pass).Ends(C, Step.Keep, Facts(New));
        Assert.Equal([new Order.Do(B, Step.Activate)], story.Next);
    }

    [Fact]
    public void A_group_goes_across_rings()
    {
        var story = new Story(group: new GroupPlan("etcd", 1, [A, B])).Opens("canary").IsAbsent(A)
            .With(new RolloutEvent.RingApproved("rest", Start)).Opens("rest").Ends(B, Step.Probe, Facts(Old))
            .Ends(B, Step.Activate, Facts(New, Old, Id)).With(new RolloutEvent.Resumed(true, Start)).Ends(A, Step.Probe, Facts(Old));

        Assert.Equal([new Order.Do(B, Step.Check)], story.Next);
    }

    [Fact]
    public void More_failures_than_may_be_halt_the_ring_and_what_is_at_risk_is_finished()
    {
        var story = Rest(new() { Parallel = 2, MaxFailed = 1 });
        story.Ends(D, Step.Probe, Facts(Old)).Returns(B);
        Assert.Null(RolloutRules.WhyHalted(story.Rollout));
        story.Ends(D, Step.Activate, Facts(New, Old, Id)).Returns(C);

        Assert.Equal("2 of 3 hosts of ring 'rest' failed, and 1 may", RolloutRules.WhyHalted(story.Rollout));
        Assert.Equal([new Order.Do(D, Step.Check)], story.Next);
        Assert.Empty(story.Checks(D, Facts(New, Old, Id), Verdict.Pass).Ends(D, Step.Keep, Facts(New)).Next);
    }

    [Fact]
    public void If_it_matters_who_is_out_of_reach_is_known_before_one_begins()
    {
        var story = Rest(new() { MaxAbsent = 1 }).Ends(B, Step.Probe, Facts(Old)).Ends(C, Step.Probe, null);

        Assert.DoesNotContain(new Order.Do(B, Step.Activate), story.Next);
        Assert.Contains(new Order.Do(B, Step.Activate), story.Copy().IsAbsent(C).Ends(D, Step.Probe, Facts(Old)).Next);
        Assert.Empty(story.IsAbsent(C).IsAbsent(D).Next);
        Assert.Equal("2 of 3 hosts of ring 'rest' are out of reach, and 1 may be", RolloutRules.WhyHalted(story.Rollout));
    }

    [Fact]
    public void A_host_that_comes_late_gets_its_system_and_holds_up_nobody()
    {
        var story = Rest(new(), third: new() { Soak = Day }).IsAbsent(D);
        foreach (var host in new[] { B, C })
            story.Keeps(host);
        var due = story.Now + Day;
        Assert.Equal([new Order.Wait("last", due, WaitReason.Soak)], story.Next);

        story.After(Day / 2).With(new RolloutEvent.Resumed(true, story.Now));
        Assert.Equal([new Order.Do(D, Step.Probe)], story.Next);
        Assert.Equal([new Order.Wait("last", due, WaitReason.Soak)], story.Keeps(D).Next);
    }

    [Fact]
    public void Looks_and_copies_are_bounded_and_hosts_at_risk_wait_for_nobody()
    {
        var hosts = Enumerable.Range(0, 200).Select(number => HostName.Parse($"h{number}")).ToList();
        var rule = new RingRule { Parallel = 100 };
        var plan = new RolloutPlan(
            Id, RolloutAction.Rollout, [new RingPlan("all", rule, [.. hosts.Select(host => Plan() with { Host = host })])]);
        var story = new Story(plan).Opens("all");
        Assert.Equal(RolloutRules.LooksAtOnce, story.Next.Length);

        foreach (var host in hosts)
            story.Ends(host, Step.Probe, Facts(Old) with { HasTarget = false });
        Assert.Equal(RolloutRules.CopiesAtOnce, story.Next.Length);

        foreach (var host in hosts.Take(100))
            story.Ends(host, Step.Copy, Facts(Old)).Ends(host, Step.Activate, Facts(New, Old, Id));
        Assert.Equal(100, story.Next.Count(order => order is Order.Do(_, Step.Check)));
    }

    static Story Rest(RingRule rule, GroupPlan? group = null, RingRule? third = null) =>
        new Story(rule, group: group, third: third).Opens("canary").Keeps(A).Checks(A, Facts(New), Verdict.Pass).Opens("rest");

    sealed class Story
    {
        public Story(RolloutPlan plan) =>
            Rollout = Rollout.Of(new(plan, Start)).After(new RolloutEvent.Approved(Start));

        public Story(RingRule? rule = null, Activation activation = Activation.Test, GroupPlan? group = null, RingRule? third = null)
            : this(
                new RolloutPlan(
                    Id,
                    RolloutAction.Rollout,
                    [
                        new("canary", RingRule.Default, [Plan(activation) with { Host = A }]),
                        new("rest", rule ?? RingRule.Default, [.. new[] { B, C, D }.Select(host => Plan() with { Host = host })]),
                        .. third is null ? [] : new[] { new RingPlan("last", third, [Plan() with { Host = HostName.Parse("e") }]) },
                    ])
                {
                    Groups = group is null ? [] : [group],
                })
        {
        }

        public Rollout Rollout { get; private set; }

        public DateTimeOffset Now { get; private set; } = Start;

        public ImmutableArray<Order> Next => NextBusy();

        public ImmutableArray<Order> NextBusy(params HostName[] busy) => RolloutRules.Next(Rollout, busy.ToHashSet(), Now);

        public Story Copy() => (Story)MemberwiseClone();

        public Story After(TimeSpan time)
        {
            Now += time;
            return this;
        }

        public Story With(RolloutEvent happened)
        {
            Rollout = Rollout.After(happened);
            return this;
        }

        public Story Opens(string ring)
        {
            Assert.Equal([new Order.Open(ring)], Next);
            return With(new RolloutEvent.RingOpened(ring, null, Now));
        }

        public Story Begins(HostName host, Step step) => With(new RolloutEvent.Began(host, step, Now));

        public Story Ends(HostName host, Step step, HostFacts? facts, Verdict? verdict = null)
        {
            if (Rollout.Hosts[host].UnderWay != step)
                Begins(host, step);
            Now += TimeSpan.FromSeconds(1);
            return With(new RolloutEvent.Ended(host, step, new() { Facts = facts, Verdict = verdict }, Now));
        }

        public Story Checks(HostName host, HostFacts? facts, Verdict? verdict = null) => Ends(host, Step.Check, facts, verdict);

        public Story Keeps(HostName host) => Ends(host, Step.Probe, Facts(Old)).Ends(host, Step.Activate, Facts(New, Old, Id))
            .Checks(host, Facts(New, Old, Id), Verdict.Pass).Ends(host, Step.Keep, Facts(New));

        public Story Returns(HostName host) => Ends(host, Step.Probe, Facts(Old)).Ends(host, Step.Activate, Facts(New, Old, Id))
            .Checks(host, Facts(New, Old, Id), Verdict.Fail).Ends(host, Step.Return, Facts(Old));

        public Story IsAbsent(HostName host)
        {
            while (Rollout.Hosts[host].Outcome is null)
                Ends(host, Step.Probe, null);
            return this;
        }
    }
}
