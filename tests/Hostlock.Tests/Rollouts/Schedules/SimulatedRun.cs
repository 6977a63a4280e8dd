using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Journals;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts.Schedules;

/// <summary>Something has happened that must never be.</summary>
sealed class BrokenException(string message) : Exception(message);

/// <summary>
/// Runs a schedule: whatever the rules order is done to simulated machines, moment by moment, while faults befall them. What the rules
/// promise is held against what the machines are in, which the rules never see.
/// </summary>
sealed class SimulatedRun
{
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    // Of so many schedules, one reads its journal after each kill. Nothing else of a schedule goes by this number.
    const int ReadsOneOf = 31;

    readonly Schedule _schedule;
    readonly Mutant _mutant;
    readonly Random _random;
    readonly Dictionary<HostName, SimulatedMachine> _machines;
    readonly Dictionary<HostName, RingPlan> _ringOf;
    readonly List<RolloutEvent> _events = [];
    readonly Dictionary<HostName, Work> _working = [];
    readonly HashSet<HostName> _busy = [];
    readonly PriorityQueue<HostName, DateTimeOffset> _moments = new();
    readonly HashSet<HostName> _returned = [];
    readonly Dictionary<HostName, DateTimeOffset> _keptAt = [];
    readonly Dictionary<HostName, DateTimeOffset> _askedAt = [];
    readonly Dictionary<HostName, DateTimeOffset> _settledAt = [];

    Rollout _rollout;
    DateTimeOffset _now = Start;
    int _ticks;
    bool _isLeft;
    bool _hasHappened;

    SimulatedRun(Schedule schedule, Mutant mutant)
    {
        (_schedule, _mutant, _random) = (schedule, mutant, new Random(schedule.Seed ^ 0x5eed));
        _machines = schedule.Plan.Hosts.ToDictionary(plan => plan.Host, Machine);
        _ringOf = schedule.Plan.Rings.SelectMany(ring => ring.Hosts.Select(plan => (plan.Host, ring)))
            .ToDictionary(each => each.Host, each => each.ring);
        var opened = new RolloutEvent.Opened(mutant.Plan(schedule.Plan), _now);
        _events.Add(opened);
        _rollout = Rollout.Of(opened);
    }

    /// <summary>Runs a schedule to its end.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="mutant">What is wrong with the rules; null if nothing is.</param>
    /// <exception cref="BrokenException">What must never be has happened.</exception>
    public static Rollout Of(Schedule schedule, Mutant? mutant = null)
    {
        var run = new SimulatedRun(schedule, mutant ?? Mutant.None);
        run.Run();
        return run._rollout;
    }

    // The state to which the journal adds up, with the plan as it was made.
    Rollout Truth => _rollout with { Plan = _schedule.Plan };

    SimulatedMachine Machine(HostPlan plan)
    {
        var nature = _schedule.Natures[plan.Host];
        var sleeps = nature == Nature.SleepsForGood ? DateTimeOffset.MaxValue
            : nature == Nature.SleepsForAWhile ? Start + (Day * _random.NextDouble() / 4)
            : DateTimeOffset.MinValue;
        return new(plan.Host.ToString(), nature, plan, sleeps);
    }

    void Run()
    {
        foreach (var plan in _schedule.Plan.Hosts.Where(_ => _random.Next(25) == 0))
            Write(new RolloutEvent.Held(plan.Host, "its disk is failing", _now));
        var most = 4000 + (400 * _machines.Count);
        for (var moment = 0; ; moment++)
        {
            Require(moment < most, $"it never ends");
            var orders = Begin();
            if (_working.Count > 0)
                PassMoment();
            else if (!Answer(orders))
                break;
        }
        JudgeEnd();
    }

    // Carries out orders until the rules want nothing more now. The orders that are left are questions, or wait for a time.
    ImmutableArray<Order> Begin()
    {
        while (true)
        {
            // Nothing may begin before something has happened.
            if (!_hasHappened && _working.Count > 0)
                return [];
            _hasHappened = false;
            var orders = _mutant.Next(_rollout, _busy, _now);
            foreach (var order in orders)
            {
                if (order is Order.Open(var ring))
                {
                    JudgeOpening(ring);
                    Write(new RolloutEvent.RingOpened(ring, null, _now));
                }
                else if (order is Order.Do(var host, var step))
                {
                    JudgeBeginning(host, step);
                    Write(new RolloutEvent.Began(host, step, _now));
                    var work = new Work(step, _machines[host], _rollout.Hosts[host]);
                    work.Moments = Moments(work).GetEnumerator();
                    _working.Add(host, work);
                    _busy.Add(host);
                    _moments.Enqueue(host, _now);
                }
            }
            if (!orders.Any(order => order is Order.Open))
                return orders;
        }
    }

    void PassMoment()
    {
        var host = _moments.Dequeue();
        var work = _working[host];
        _now = work.At > _now ? work.At : _now;
        if (work.Moments.MoveNext())
        {
            work.At = _now + work.Moments.Current;
            _moments.Enqueue(host, work.At);
        }
        else
        {
            _working.Remove(host);
            _busy.Remove(host);
            var result = _mutant.Told(work.Record, work.Step, work.Result);
            var before = _rollout.Hosts[host].Outcome;
            if (work.Step == _rollout.Hosts[host].Question)
                _askedAt[host] = _now;
            Write(new RolloutEvent.Ended(host, work.Step, result, _now));
            JudgeOutcome(host, before, work.Result);
        }
        Befall();
    }

    // Says what is asked, or lets time go by; false if nothing will come of it.
    bool Answer(ImmutableArray<Order> orders)
    {
        foreach (var order in orders)
        {
            switch (order)
            {
                case Order.AskToBegin:
                    Write(new RolloutEvent.Approved(_now));
                    return true;
                case Order.AskToKeep(var host) when _random.Next(3) > 0:
                    Write(new RolloutEvent.Decided(host, _random.Next(2) == 0 ? Verdict.Pass : Verdict.Fail, _now));
                    return true;
                case Order.AskToOpen(var ring, _) when _random.Next(4) > 0:
                    _now += Day * _random.NextDouble();
                    Write(new RolloutEvent.RingApproved(ring, _now));
                    return true;
                case Order.Wait(_, var until, _):
                    Require(until > _now, $"it waits for what is over");
                    _now = until;
                    Befall();
                    return true;
                case Order.AskToKeep or Order.AskToOpen:
                    _isLeft = true;
                    break;
            }
        }
        return Tick();
    }

    // The next day, as a timer or a person has it.
    bool Tick()
    {
        if (_ticks >= 2 || RolloutRules.WhyHalted(Truth) is not null)
            return false;
        _ticks++;
        if (_returned.Count > 0 && _random.Next(4) == 0)
        {
            var again = _returned.First();
            _returned.Remove(again);
            Write(new RolloutEvent.Retried(again, _now));
            return true;
        }
        if (_rollout.Hosts.FirstOrDefault(host => host.Outcome == HostOutcome.Held) is { } held && _random.Next(2) == 0)
        {
            Write(new RolloutEvent.Held(held.Plan.Host, null, _now));
            return true;
        }
        if (_rollout.Hosts.All(host => host.Outcome != HostOutcome.Absent))
            return false;
        _now += Day * _random.NextDouble();
        Write(new RolloutEvent.Resumed(true, _now));
        _isLeft = false;
        return true;
    }

    void Befall()
    {
        var faults = _schedule.Faults;
        if (faults == Faults.None)
            return;
        if (_random.NextDouble() < faults.Kill)
            Kill();
        if (_random.NextDouble() < faults.Power)
            Any().CutPower(_now, TimeSpan.FromSeconds(_random.Next(5, 600)));
        if (_random.NextDouble() < faults.Hide)
            Any().Hide(_now, TimeSpan.FromSeconds(_random.Next(5, 600)));
        if (_random.NextDouble() < faults.Colleague)
            Any().SwitchByColleague(_now);
    }

    SimulatedMachine Any() => _machines[_schedule.Plan.Hosts.ElementAt(_random.Next(_machines.Count)).Host];

    // Commands that were sent to machines go on there. The next run knows what the journal tells, and nothing else.
    void Kill()
    {
        _working.Clear();
        _busy.Clear();
        _moments.Clear();
        _now += TimeSpan.FromSeconds(_schedule.Faults.IsAwayLong && _random.Next(4) == 0 ? _random.Next(1200) : _random.Next(60));
        // The rollout is what its events add up to, so they are added up again only if they come out of the words of a journal.
        if (_schedule.Seed % ReadsOneOf == 0)
        {
            _rollout = _events.Skip(1).Select(happened => RolloutJson.Read(RolloutJson.Write(happened), "", 1))
                .Aggregate(Rollout.Of((RolloutEvent.Opened)_events[0]), (rollout, happened) => rollout.After(happened));
        }
        Write(new RolloutEvent.Resumed(true, _now));
        _rollout = _mutant.AfterKill(_rollout);
    }

    void Write(RolloutEvent happened)
    {
        _events.Add(happened);
        _rollout = _rollout.After(happened);
        _hasHappened = true;
    }

    IEnumerable<TimeSpan> Moments(Work work)
    {
        var (machine, trial) = (work.Machine, work.Record.Plan.Trial);
        switch (work.Step)
        {
            case Step.Probe when work.Record.Silences > 0 || work.Record.Now is { IsSwitching: true }:
                yield return Seconds(2, 4);
                break;
            case Step.Copy:
                yield return Seconds(5, 120);
                machine.Copy(_now);
                break;
            case Step.Activate:
                yield return Seconds(1, 2);
                machine.Activate(_now, Seconds(5, 60), work.Record.Before!, work.Record.Plan.Activation);
                while (machine.Answers(_now) && machine.IsSwitching)
                {
                    yield return Seconds(2, 10);
                    machine.Renew(_now);
                }
                break;
            case Step.Check:
                machine.Renew(_now);
                yield return Seconds(2, 20);
                machine.Renew(_now);
                if (machine.Look(_now) is not { } facts || !facts.Runs(work.Record.Plan.Target))
                    break;
                var gates = _random.Next(20) == 0 ? trial * 1.5 * _random.NextDouble() : Seconds(1, 30);
                for (var passed = TimeSpan.Zero; passed < gates; passed += trial / 4)
                {
                    yield return gates - passed < trial / 4 ? gates - passed : trial / 4;
                    machine.Renew(_now);
                }
                work.Result = new() { Verdict = machine.Judge() };
                break;
            case Step.Keep:
                yield return Seconds(1, 2);
                machine.Keep(_now, Seconds(1, 20), work.Record.Before!);
                while (machine.Answers(_now) && machine.IsSwitching)
                    yield return Seconds(1, 3);
                break;
            case Step.Return:
                yield return Seconds(1, 2);
                machine.Return(_now, Seconds(2, 40), work.Record.Before!);
                while (machine.Answers(_now) && machine.IsSwitching)
                    yield return Seconds(1, 3);
                break;
        }
        yield return machine.Answers(_now) ? Seconds(1, 2) : Seconds(10, 11);
        var seen = machine.Look(_now);
        // Programs say that all went well, whatever did.
        work.Result = work.Result with { Facts = seen, Verdict = seen is null ? null : work.Result.Verdict, ExitCode = 0 };
    }

    TimeSpan Seconds(int least, int most) => TimeSpan.FromSeconds(least + ((most - least) * _random.NextDouble()));

    void JudgeBeginning(HostName name, Step step)
    {
        var (host, machine, ring) = (_rollout.Hosts[name], _machines[name], _ringOf[name]);
        Require(!_working.ContainsKey(name), $"{name} has two steps at once");
        Require(
            host.IsAtRisk || host.UnderWay is not null || RolloutRules.WhyHalted(Truth) is null,
            $"{name} begins {step} although the rollout is halted");
        Require(host.Outcome is null || step == host.Question, $"{name} is {host.Outcome}, and has {step} again");
        if (step is Step.Activate or Step.Copy)
            Require(Truth.IsOpen(ring), $"{name} begins before its ring is open");
        if (step != Step.Activate)
            return;
        Require(host.Hold is null || host.IsAtRisk, $"{name} is held, and activated");
        Require(!machine.IsAtTarget, $"{name} is at its target, and activated");
        Require(!_returned.Contains(name), $"{name} was returned, and is tried again");
        if (host.IsAtRisk)
            return;
        Require(
            host.Activations > 0
            || _schedule.Plan.Rings.TakeWhile(each => each != ring)
                .All(earlier => _rollout.HostsOf(earlier).All(each => each.Outcome is not null)),
            $"{name} begins before the rings before it are settled");
        Require(ring.Rule.Window is not { } window || window.OpenSince(_now) is not null, $"{name} begins outside of its hours");
        Require(_rollout.Hosts.Count(each => each.IsAtRisk) < ring.Rule.Parallel, $"{name} is one too many at risk");
        foreach (var group in _schedule.Plan.Groups.Where(each => each.Hosts.Contains(name)))
            Require(group.Hosts.Count(each => _rollout.Hosts[each].IsAtRisk) < group.Parallel, $"{name} is one too many of its group");
    }

    void JudgeOpening(string name)
    {
        var ring = _schedule.Plan.Rings.Single(each => each.Name == name);
        var before = _schedule.Plan.Rings.TakeWhile(each => each != ring).SelectMany(each => _rollout.HostsOf(each)).ToList();
        var isApproved = _rollout.ApprovedRings.ContainsKey(name);
        Require(RolloutRules.WhyHalted(Truth) is null, $"{name} is opened although the rollout is halted");
        Require(before.All(host => host.Outcome is not null), $"{name} is opened before the rings before it are settled");
        Require(isApproved || !ring.Rule.NeedsApproval, $"{name} is opened without approval");
        Require(ring.Rule.Window is not { } window || window.OpenSince(_now) is not null, $"{name} is opened outside of its hours");
        var kept = before.Where(host => host.Outcome == HostOutcome.Kept).ToList();
        Require(
            isApproved || before.Count == 0 || kept.Any(host => host.KeptSince is not null), $"{name} is opened, and nothing was tried");
        var settledAt = before.Where(host => !host.IsLate).Select(host => _settledAt.GetValueOrDefault(host.Plan.Host))
            .DefaultIfEmpty().Max();
        foreach (var host in kept)
        {
            Require(
                host.IsLate || host.KeptSince is null || _keptAt[host.Plan.Host] + ring.Rule.Soak <= _now,
                $"{name} is opened before {host.Plan.Host} ran long enough");
            Require(
                host.KeptSince is null || _askedAt.GetValueOrDefault(host.Plan.Host) >= settledAt,
                $"{name} is opened, and {host.Plan.Host} was not asked once more");
        }
    }

    void JudgeOutcome(HostName name, HostOutcome? before, StepResult result)
    {
        var (host, machine) = (_rollout.Hosts[name], _machines[name]);
        Require(
            _schedule.Faults != Faults.None || result.Facts?.Fired != Id || !IsGood(machine.Nature),
            $"{name} was taken back by its timer, and nobody was away");
        if (host.Outcome == before)
            return;
        _settledAt[name] = _now;
        if (host.Outcome == HostOutcome.Kept)
            _keptAt[name] = _now;
        if (host.Outcome == HostOutcome.Returned)
            _returned.Add(name);
        Require(
            host.Outcome != HostOutcome.Kept || result.Facts is null || machine.IsAtTarget,
            $"{name} is called kept, and does not have its system");
        Require(host.Outcome != HostOutcome.Returned || machine.IsAt(host.Before!), $"{name} is called returned, and is not back");
        Require(
            host.Outcome != HostOutcome.Kept || !CannotBeKept(machine.Nature),
            $"{name} is kept, and {machine.Nature}");
        Require(
            host.Outcome is null || !_schedule.Faults.AreHarmless || MayEnd(machine.Nature, host.Outcome.Value),
            $"{name} is {host.Outcome} without a fault, and {machine.Nature}");
    }

    static bool IsGood(Nature nature) =>
        nature is Nature.Good or Nature.GoodAfterBoot or Nature.GoodWithoutTrial or Nature.IsInhibited or Nature.UpToDate;

    static bool CannotBeKept(Nature nature) => nature is Nature.FailsItsGate or Nature.CutsTheNetwork or Nature.FailsToActivate
        or Nature.Refuses or Nature.WritesNoBootEntry or Nature.CannotBeCopied or Nature.SleepsForGood
        or Nature.FailsItsGateWithoutTrial or Nature.CutsTheNetworkWithoutTrial;

    // How hosts may end if nothing befalls them.
    static bool MayEnd(Nature nature, HostOutcome outcome) => outcome == HostOutcome.Held || nature switch
    {
        _ when IsGood(nature) => outcome == HostOutcome.Kept,
        Nature.FailsItsGateLater or Nature.IsUnclear => outcome is HostOutcome.Kept or HostOutcome.Returned,
        Nature.SleepsForAWhile => outcome is HostOutcome.Kept or HostOutcome.Absent,
        Nature.SleepsForGood => outcome == HostOutcome.Absent,
        Nature.CannotBeCopied => outcome == HostOutcome.NotCopied,
        Nature.Refuses => outcome == HostOutcome.NotBegun,
        _ => outcome == HostOutcome.Returned,
    };

    void JudgeEnd()
    {
        var isHalted = RolloutRules.WhyHalted(Truth) is not null;
        foreach (var host in _rollout.Hosts)
        {
            var (name, machine) = (host.Plan.Host, _machines[host.Plan.Host]);
            _ = machine.Look(_now + (2 * Day));
            Require(host.UnderWay is null || host.Outcome is not null, $"{name} has a step that never ended");
            Require(isHalted || _isLeft || host.Outcome is not null, $"{name} is left without an outcome");
            if (machine.WasSwitchedByColleague)
                continue;
            Require(
                host.Outcome is not HostOutcome.Superseded, $"{name} is called superseded, and nobody switched it");
            Require(host.Outcome != HostOutcome.Kept || machine.IsAtTarget, $"{name} ends as kept, and does not have its system");
            Require(
                host.Outcome is not (HostOutcome.Returned or HostOutcome.Absent or HostOutcome.NotCopied or HostOutcome.NotBegun
                    or HostOutcome.Held)
                || machine.IsAt(host.Before) || machine.Nature == Nature.UpToDate,
                $"{name} ends as {host.Outcome}, and is not at the system that it had");
            Require(
                host.Outcome is not null || host.IsAtRisk || machine.IsAt(host.Before) || machine.Nature == Nature.UpToDate,
                $"{name} was never begun, and is not at the system that it had");
        }
        Require(!DoesSomething(_rollout), $"something is left to do");
        if (_rollout.Hosts.All(
            host => host.Outcome is HostOutcome.Kept or HostOutcome.Returned or HostOutcome.Superseded or HostOutcome.Held))
            JudgeResuming();
    }

    void JudgeResuming()
    {
        var resumed = _rollout.After(new RolloutEvent.Resumed(true, _now));
        Require(!DoesSomething(resumed), $"resuming does something");
    }

    bool DoesSomething(Rollout rollout) =>
        _mutant.Next(rollout, ImmutableHashSet<HostName>.Empty, _now).Any(order => order is Order.Do);

    void Require(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] Otherwise otherwise)
    {
        if (!holds)
            throw new BrokenException($"schedule {_schedule.Seed}, {_now:O}: {otherwise}");
    }

    /// <summary>The words for a promise that is broken. They are not put together while it holds: a run asks some hundred times.</summary>
    [InterpolatedStringHandler]
    readonly struct Otherwise
    {
        readonly StringBuilder? _words;

        public Otherwise(int literal, int values, bool holds, out bool isSaid)
        {
            isSaid = !holds;
            _words = holds ? null : new(literal + (16 * values));
        }

        public void AppendLiteral(string words) => _words!.Append(words);

        public void AppendFormatted<T>(T value) => _words!.Append(value);

        public override string ToString() => $"{_words}";
    }

    sealed class Work(Step step, SimulatedMachine machine, HostRecord record)
    {
        public Step Step => step;

        public SimulatedMachine Machine => machine;

        public HostRecord Record => record;

        public IEnumerator<TimeSpan> Moments { get; set; } = Enumerable.Empty<TimeSpan>().GetEnumerator();

        public DateTimeOffset At { get; set; }

        public StepResult Result { get; set; } = new();
    }
}
