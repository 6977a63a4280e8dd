using System.Diagnostics;
using Hostlock.Fleets;
using Hostlock.Fleets.Settings;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Steps;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts.Steps;

/// <summary>A switch of one host, whose machine does what it is told, and a person who answers.</summary>
public sealed class GuidedRolloutTests : IStepTaker, IRolloutPerson, IRolloutWatcher
{
    readonly List<RolloutEvent> _journal = [];
    readonly List<string> _asked = [];
    readonly CancellationTokenSource _stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    Verdict _verdict = Verdict.Pass;
    Func<Step, CancellationToken, Task<StepResult>?> _says = (_, _) => null;
    RolloutEvent? _begins = new RolloutEvent.Approved(Start);
    bool? _keeps;
    Func<CancellationToken, Task<RolloutEvent.RingApproved?>> _approves = _ => Task.FromResult<RolloutEvent.RingApproved?>(null);

    [Fact]
    public async Task A_good_system_is_kept_once_a_person_lets_it_begin()
    {
        Assert.Equal(HostOutcome.Kept, (await GoOnAsync()).Hosts[Plex].Outcome);
        Assert.Equal(["begin"], _asked);
    }

    [Fact]
    public async Task Without_a_yes_nothing_begins()
    {
        _begins = new RolloutEvent.Stopped("not confirmed", Start);

        var rollout = await GoOnAsync();

        Assert.Equal((null, "not confirmed"), (rollout.Hosts[Plex].Outcome, rollout.Stopped));
        Assert.DoesNotContain(_journal, happened => happened is RolloutEvent.Began { Step: Step.Activate });
    }

    [Fact]
    public async Task A_question_that_nobody_answers_stays_open()
    {
        _begins = null;

        Assert.Equal([new Order.AskToBegin()], RolloutRules.Next(await GoOnAsync(), Start));
    }

    [Theory]
    [InlineData(true, HostOutcome.Kept)]
    [InlineData(false, HostOutcome.Returned)]
    [InlineData(null, null)]
    public async Task A_person_decides_if_gates_give_no_clear_answer(bool? keeps, HostOutcome? outcome)
    {
        (_verdict, _keeps) = (Verdict.Unclear, keeps);

        var rollout = await GoOnAsync();

        Assert.Equal(outcome, rollout.Hosts[Plex].Outcome);
        Assert.Equal(["begin", "keep plex"], _asked);
    }

    [Fact]
    public async Task Nobody_is_asked_any_more_once_it_is_to_stop()
    {
        await _stopping.CancelAsync();

        var rollout = await GoOnAsync();

        Assert.Empty(_asked);
        Assert.Equal("interrupted", rollout.Stopped);
    }

    [Fact]
    public async Task It_is_written_down_that_it_was_to_stop_while_an_approval_was_looked_for()
    {
        _approves = Waits<RolloutEvent.RingApproved?>;

        var rollout = await GoOnAsync();

        Assert.Equal((HostOutcome.Kept, "interrupted"), (rollout.Hosts[Plex].Outcome, rollout.Stopped));
    }

    [Fact]
    public async Task It_is_written_down_that_it_was_to_stop_while_a_ring_was_opened()
    {
        var plan = new RolloutPlan(Id, RolloutAction.Rollout, [new RingPlan("rest", RingRule.Default, [Plan()])]);

        var rollout = await GuidedBy(new Opener(Waits<OpenedRing>)).GoOnAsync(
            Rollout.Of(new(plan, Start)).After(new RolloutEvent.Approved(Start)), _stopping.Token);

        Assert.Equal((false, "interrupted"), (rollout.IsOpen(plan.Rings[0]), rollout.Stopped));
        Assert.IsType<RolloutEvent.Stopped>(_journal[^1]);
    }

    sealed class Opener(Func<CancellationToken, Task<OpenedRing>> openAsync) : IRingOpener
    {
        public Task<OpenedRing> OpenAsync(RolloutPlan plan, RingPlan ring, CrashPoint crash, CancellationToken cancellationToken) =>
            openAsync(cancellationToken);
    }

    [Fact]
    public async Task What_is_at_risk_is_finished_once_it_is_to_stop()
    {
        _says = (step, _) =>
        {
            if (step == Step.Activate)
                _stopping.Cancel();
            return null;
        };

        var rollout = await GoOnAsync();

        Assert.Equal((HostOutcome.Kept, "interrupted"), (rollout.Hosts[Plex].Outcome, rollout.Stopped));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_machine_that_does_not_answer_is_not_waited_for_once_it_is_to_stop(bool isAsked)
    {
        _says = (step, stop) => step switch
        {
            Step.Check => Silent(stopsNow: !isAsked),
            // Asks again, as HostWork does, until the machine answers or the run is to stop.
            Step.Probe when _stopping.IsCancellationRequested => throw new UnreachableException(),
            Step.Probe when Last.Hosts[Plex].IsAwaited => Awaited(stop),
            _ => null,
        };

        var rollout = await GoOnAsync();

        Assert.Equal((true, null, null), (rollout.Hosts[Plex].IsAtRisk, rollout.Hosts[Plex].Outcome, rollout.Hosts[Plex].UnderWay));
        Assert.Equal("interrupted", rollout.Stopped);
        Assert.Equal("no route to host", rollout.Hosts[Plex].Note);
        Assert.Equal(HostOutcome.Kept, (await AgainAsync(rollout)).Hosts[Plex].Outcome);

        Task<StepResult> Silent(bool stopsNow)
        {
            if (stopsNow)
                _stopping.Cancel();
            return Task.FromResult<StepResult>(new() { Note = "no route to host" });
        }

        async Task<StepResult> Awaited(CancellationToken stop)
        {
            await _stopping.CancelAsync();
            stop.ThrowIfCancellationRequested();
            throw new UnreachableException();
        }
    }

    [Fact]
    public async Task A_check_that_waits_is_left_once_it_is_to_stop_and_made_again()
    {
        _says = (step, stop) => step == Step.Check ? Waits<StepResult>(stop) : null;

        var rollout = await GoOnAsync();

        Assert.Equal((true, null, null), (rollout.Hosts[Plex].IsAtRisk, rollout.Hosts[Plex].Outcome, rollout.Hosts[Plex].UnderWay));
        Assert.Equal(HostOutcome.Kept, (await AgainAsync(rollout)).Hosts[Plex].Outcome);
    }

    [Fact]
    public async Task An_agent_that_was_told_to_activate_is_not_waited_for_and_the_next_run_looks()
    {
        _says = (step, stop) => step == Step.Activate ? Waits<StepResult>(stop) : null;

        var rollout = await GoOnAsync();

        Assert.Equal((Step.Activate, null), (rollout.Hosts[Plex].UnderWay, rollout.Hosts[Plex].Outcome));
        Assert.True(rollout.IsBrokenOff);
        Assert.Equal(HostOutcome.Kept, (await AgainAsync(rollout)).Hosts[Plex].Outcome);
    }

    async Task<T> Waits<T>(CancellationToken stop)
    {
        await _stopping.CancelAsync();
        stop.ThrowIfCancellationRequested();
        throw new UnreachableException();
    }

    // The next run, to which the machine answers.
    async Task<Rollout> AgainAsync(Rollout rollout)
    {
        Assert.Equal(rollout.Stopped, Rollout.Fold([new RolloutEvent.Opened(rollout.Plan, Start), .. _journal])!.Stopped);
        _says = (step, _) => step == Step.Probe && rollout.Hosts[Plex].Phase is null ? Task.FromResult(OnTrial) : null;
        return await Guided.GoOnAsync(
            rollout.After(new RolloutEvent.Resumed(true, Start)), TestContext.Current.CancellationToken);
    }

    static StepResult OnTrial => new() { Facts = Facts(New, Old, Id) };

    Rollout Last => Rollout.Fold([new RolloutEvent.Opened(Opened.Plan, Start), .. _journal])!;

    [Fact]
    public async Task Holds_are_written_down_before_anything_begins()
    {
        var fleet = FleetFile.Read("version = 1\n[hosts.plex]\nhold = { reason = \"a fair\" }\n");
        var guided = Guided;

        var rollout = await guided.GoOnAsync(guided.WithHolds(Opened, fleet), _stopping.Token);

        Assert.Equal(HostOutcome.Held, rollout.Hosts[Plex].Outcome);
        Assert.IsType<RolloutEvent.Held>(_journal[0]);
        Assert.Empty(_asked);
        Assert.Same(rollout, guided.WithHolds(rollout, fleet));
    }

    static Rollout Opened => Rollout.Of(new(new(Id, RolloutAction.Switch, [Plan()]), Start));

    GuidedRollout Guided => GuidedBy(opener: null);

    GuidedRollout GuidedBy(IRingOpener? opener) => new(
        new RolloutRunner(_journal.AddRange, this, opener, this, new CrashPoint(null), new Noon()), this, new Noon());

    Task<Rollout> GoOnAsync() => Guided.GoOnAsync(Opened, _stopping.Token);

    Task<StepResult> IStepTaker.TakeAsync(HostRecord host, Step step, CancellationToken cancellationToken) =>
        _says(step, cancellationToken) ?? Task.FromResult(step switch
        {
            Step.Activate => OnTrial,
            Step.Check => new() { Facts = Facts(New, Old, Id), Verdict = _verdict },
            Step.Keep => new() { Facts = Facts(New) },
            _ => new() { Facts = Facts(Old) },
        });

    Task<RolloutEvent?> IRolloutPerson.BeginsAsync(Rollout rollout)
    {
        _asked.Add("begin");
        return Task.FromResult(_begins);
    }

    Task<RolloutEvent.RingApproved?> IRolloutPerson.ApprovesAsync(Rollout rollout) => _approves(_stopping.Token);

    bool? IRolloutPerson.Keeps(HostName host)
    {
        _asked.Add($"keep {host}");
        return _keeps;
    }

    void IRolloutWatcher.Happened(RolloutEvent happened, Rollout before, Rollout after)
    {
    }

    sealed class Noon : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Start;
    }
}
