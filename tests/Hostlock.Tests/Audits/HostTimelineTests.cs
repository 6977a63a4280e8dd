using Hostlock.Audits;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Releases;
using Hostlock.Reporting;
using Hostlock.Rollouts;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Audits;

/// <summary>The timeline of a machine, put together out of the answers in journals and the receipts that it signed.</summary>
public class HostTimelineTests
{
    static readonly GateAnswer[] Passed = [new("units", Verdict.Pass, ""), new("web", Verdict.Pass, "")];

    [Fact]
    public void A_machine_runs_a_system_from_the_first_answer_that_says_so_to_the_first_that_says_otherwise()
    {
        var stays = Of(Kept(At(1)));

        Assert.Equal([Old, New], stays.Select(stay => stay.System));
        Assert.Equal((At(1), At(1.1), At(1.3)), (stays[0].From, stays[0].SeenLast, stays[0].Until));
        Assert.Equal((At(1.3), At(1.5), null), (stays[1].From, stays[1].SeenLast, stays[1].Until));
        Assert.Null(stays[0].Delivery);
        var by = Assert.IsType<HostDelivery.ByRollout>(stays[1].Delivery);
        Assert.Equal((Id, "rest", "ada@ctl"), (by.Rollout.Plan.Id, by.Ring.Name, by.BegunBy));
        Assert.Equal(("ada@example.org", HostOutcome.Kept), (by.Approval!.By, by.Record.Outcome));
    }

    [Fact]
    public void A_system_that_failed_ran_until_the_machine_went_back()
    {
        var stays = Of(Returned(At(1)));

        Assert.Equal([Old, New, Old], stays.Select(stay => stay.System));
        Assert.Equal(HostOutcome.Returned, ((HostDelivery.ByRollout)stays[1].Delivery!).Record.Outcome);
        Assert.Equal(Id, ((HostDelivery.ByRollout)stays[2].WentBackFrom!).Rollout.Plan.Id);
        Assert.Null(stays[2].Delivery);
    }

    [Fact]
    public void What_fell_before_anybody_looked_was_tried()
    {
        var stays = Of(
            Journal([
                Seen(Step.Probe, Old, At(1)), new RolloutEvent.Began(Plex, Step.Activate, At(1.2)),
                new RolloutEvent.Ended(Plex, Step.Activate, new() { Facts = Facts(Old) with { Fired = Id } }, At(1.3)),
            ]));

        Assert.Equal([(Old, true), (New, false)], stays.Select(stay => (stay.System, stay.SeenLast is not null)));
        Assert.False(stays[1].IsWithin(new(At(2), At(3))));
        Assert.True(stays[1].IsWithin(new(At(1), At(2))));
    }

    [Fact]
    public void What_somebody_brought_by_hand_was_brought_by_nothing_that_was_recorded()
    {
        var stays = Of(Kept(At(1)), Journal([Seen(Step.Probe, Other, At(5))]));

        Assert.Equal([Old, New, Other], stays.Select(stay => stay.System));
        Assert.Null(stays[2].Delivery);
        Assert.Null(stays[2].WentBackFrom);
        Assert.Equal(At(5), stays[1].Until);
    }

    [Fact]
    public void A_receipt_says_what_a_machine_that_fetches_for_itself_runs()
    {
        var stays = Of([Kept(At(1))], ReceiptOf(41, Other, ReceiptVerdict.Kept, At(3)), ReceiptOf(42, New, ReceiptVerdict.Returned, At(4)));

        Assert.Equal([Old, New, Other, New], stays.Select(stay => stay.System));
        Assert.Equal(41, ((HostDelivery.ByRelease)stays[2].Delivery!).Receipt.Release.Value);
        Assert.Null(stays[2].Until);
        Assert.Null(stays[3].SeenLast);
    }

    [Theory]
    [InlineData(0, 1, "")]
    [InlineData(1, 2, "01")]
    [InlineData(2, 3, "1")]
    [InlineData(9, 10, "1")]
    public void A_day_has_what_ran_at_some_time_of_it(double from, double to, string expected)
    {
        var stays = Of(Kept(At(1)));

        var within = stays.Where(stay => stay.IsWithin(new(At(from), At(to))));
        Assert.Equal(expected, string.Concat(within.Select(stay => stay.System == New ? 1 : 0)));
    }

    [Fact]
    public void All_that_is_known_of_a_system_is_said() =>
        Assert.Equal(
            $"""
            plex  2026-11-30 12:00 UTC to 2026-11-30 19:12 UTC, last seen 2026-11-30 14:24 UTC
              system    {Old}
              brought   by nothing that was recorded

            plex  2026-11-30 19:12 UTC on, last seen 2026-12-01 00:00 UTC
              system    {New}
              brought   by rollout {Id}, ring rest
              begun     by ada@ctl
              approved  by ada@example.org on Sun 2026-11-29 12:00 UTC
              checked   units pass, web pass
              ended     kept

            """,
            AuditText.Render(Of(Kept(At(1))).Select(stay => new AuditedStay(stay, null)), Ink.Plain));

    [Fact]
    public void A_host_that_a_rollout_does_not_have_was_brought_nothing_by_it()
    {
        var odd = HostName.Parse("zeeba");
        var journal = Journal([new RolloutEvent.Began(odd, Step.Activate, At(1)), Seen(Step.Probe, Old, At(2))]);

        Assert.Equal([Plex], HostTimeline.Of([journal], []).Keys);
    }

    static DateTimeOffset At(double day) => Start.AddDays(day);

    static IReadOnlyList<HostStay> Of(params AuditedJournal[] journals) => Of(journals, []);

    static IReadOnlyList<HostStay> Of(AuditedJournal[] journals, params Receipt[] receipts) =>
        HostTimeline.Of(journals, receipts.Select(receipt => new AuditedReceipt(receipt, null)))[Plex];

    static AuditedJournal Kept(DateTimeOffset at) => Journal([
        Seen(Step.Probe, Old, at), Seen(Step.Copy, Old, at.AddDays(0.1)), new RolloutEvent.Began(Plex, Step.Activate, at.AddDays(0.2)),
        Seen(Step.Activate, New, at.AddDays(0.3), Old),
        new RolloutEvent.Ended(
            Plex, Step.Check, new() { Facts = Facts(New, Old, Id), Verdict = Verdict.Pass, Gates = [.. Passed] }, at.AddDays(0.4)),
        Seen(Step.Keep, New, at.AddDays(0.5)),
    ]);

    static AuditedJournal Returned(DateTimeOffset at) => Journal([
        Seen(Step.Probe, Old, at), new RolloutEvent.Began(Plex, Step.Activate, at.AddDays(0.2)),
        Seen(Step.Activate, New, at.AddDays(0.3), Old),
        new RolloutEvent.Ended(Plex, Step.Check, new() { Facts = Facts(New, Old, Id), Verdict = Verdict.Fail }, at.AddDays(0.4)),
        new RolloutEvent.Began(Plex, Step.Return, at.AddDays(0.5)), Seen(Step.Return, Old, at.AddDays(0.6)),
    ]);

    static RolloutEvent.Ended Seen(Step step, StorePath runs, DateTimeOffset at, StorePath? boots = null) =>
        new(Plex, step, new() { Facts = Facts(runs, boots, boots is null ? null : Id) }, at);

    static AuditedJournal Journal(IReadOnlyList<RolloutEvent> events)
    {
        var opened = new RolloutEvent.Opened(new(Id, RolloutAction.Rollout, [new RingPlan("rest", RingRule.Default, [Plan()])]), Start);
        IReadOnlyList<RolloutEvent> all =
        [
            opened, new RolloutEvent.Approved(Start) { By = "ada@ctl" },
            new RolloutEvent.RingApproved("rest", Start) { By = "ada@example.org" }, .. events,
        ];
        return new("journal", all, Rollout.Fold(all)!);
    }

    static Receipt ReceiptOf(long release, StorePath system, ReceiptVerdict verdict, DateTimeOffset at) => new(
        FleetName.Parse("home"), Plex, ReleaseNumber.TryOf(release)!.Value, system, new string('0', 64), verdict, NameMap<Verdict>.Empty,
        "b1", Moment.Of(at), "");
}
