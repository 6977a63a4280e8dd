using System.Globalization;
using Hostlock.Machines;
using Hostlock.Rollouts;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts.Schedules;

/// <summary>The effect of a system on its machine.</summary>
enum Nature
{
    Good,
    GoodAfterBoot,
    IsInhibited,
    UpToDate,
    FailsItsGate,
    FailsItsGateLater,
    IsUnclear,
    CutsTheNetwork,
    GoodWithoutTrial,
    FailsItsGateWithoutTrial,
    CutsTheNetworkWithoutTrial,
    IsSwitchedHalf,
    FailsToActivate,
    Refuses,
    WritesNoBootEntry,
    CannotBeCopied,
    SleepsForAWhile,
    SleepsForGood,
}

/// <summary>
/// A machine as the script of steps finds it: what it runs, boots and has marked, its silence timer, and commands that go on by themselves.
/// </summary>
sealed class SimulatedMachine(string name, Nature nature, HostPlan plan, DateTimeOffset sleepsUntil)
{
    readonly Queue<(DateTimeOffset At, Action Do)> _commands = new();

    StorePath _next = nature == Nature.UpToDate ? plan.Target : Old;
    StorePath? _running;
    StorePath? _nextBefore;
    bool _hasTarget;
    string? _trial;
    string? _fired;
    int _boot;
    DateTimeOffset? _timer;
    DateTimeOffset? _isOffUntil;
    DateTimeOffset _isHiddenUntil = sleepsUntil;

    public Nature Nature => nature;

    public StorePath Running { get; private set; } = nature == Nature.UpToDate ? plan.Target : Old;

    public StorePath Next => _next;

    /// <summary>True if a colleague switched it.</summary>
    public bool WasSwitchedByColleague { get; private set; }

    public bool IsSwitching => _commands.Count > 0;

    bool CutsTheNetwork => nature is Nature.CutsTheNetwork or Nature.CutsTheNetworkWithoutTrial;

    public bool IsAtTarget => _next == plan.Target && (Running == plan.Target || Boots);

    // It is for the next boot, as planned or because it cannot be switched to.
    bool Boots => plan.Activation == Activation.Boot || nature == Nature.IsInhibited;

    /// <summary>True if it runs and boots what it did before it was looked at first.</summary>
    /// <param name="before">What it said then; null if nothing was done to it.</param>
    public bool IsAt(HostFacts? before) => Running == (before?.Running ?? Old) && _next == (before?.Next ?? Old);

    /// <summary>True if it can be reached now.</summary>
    public bool Answers(DateTimeOffset now)
    {
        Advance(now);
        return _isOffUntil is null && _isHiddenUntil <= now && !(CutsTheNetwork && Running == plan.Target);
    }

    /// <summary>The answer of the machine; null if it cannot be reached.</summary>
    public HostFacts? Look(DateTimeOffset now) => !Answers(now)
        ? null
        : new(Running, Running, _next, $"machine of {name}", string.Create(CultureInfo.InvariantCulture, $"boot {_boot}"))
        {
            IsSwitching = IsSwitching,
            HasTarget = _hasTarget || nature == Nature.UpToDate,
            IsInhibited = _hasTarget && nature == Nature.IsInhibited && Running != plan.Target,
            Trial = _trial,
            Fired = _fired,
            FailedUnits = [],
            Power = RootPower.IsRoot,
        };

    public void Copy(DateTimeOffset now) => _hasTarget |= Answers(now) && nature != Nature.CannotBeCopied;

    public void Renew(DateTimeOffset now)
    {
        if (Answers(now) && _timer is not null)
            _timer = now + plan.Trial;
    }

    /// <summary>Arms the timer and activates, if the machine is where it should be.</summary>
    public void Activate(DateTimeOffset now, TimeSpan duration, HostFacts before, Activation activation)
    {
        if (!Answers(now) || IsSwitching || nature == Nature.Refuses || (Boots && activation != Activation.Boot) || !RunsOurs(before)
            || !BootsOurs(before))
            return;
        (_running, _nextBefore) = (before.Running, before.Next);
        (_trial, _fired) = (Id, null);
        if (Boots)
        {
            Later(now + (duration / 2), () => _next = plan.Target);
            Later(now + duration, () => _trial = nature == Nature.WritesNoBootEntry ? _trial : null);
            return;
        }
        _timer = now + plan.Trial;
        if (plan.Activation == Activation.Switch)
            Later(now + (duration / 2), () => _next = plan.Target);
        Later(now + duration, () => Running = nature is Nature.FailsToActivate or Nature.IsSwitchedHalf ? Running : plan.Target);
    }

    /// <summary>Makes the target what boots, then disarms.</summary>
    public void Keep(DateTimeOffset now, TimeSpan duration, HostFacts before)
    {
        if (!Answers(now) || Running != plan.Target || !BootsOurs(before))
            return;
        Renew(now);
        Later(now + (duration / 2), () => _next = plan.Target);
        Later(now + duration, Disarm);
    }

    /// <summary>Goes back, then disarms.</summary>
    public void Return(DateTimeOffset now, TimeSpan duration, HostFacts before)
    {
        if (!Answers(now) || !RunsOurs(before))
            return;
        Renew(now);
        Later(now + (duration / 3), () => _next = _next == plan.Target ? before.Next! : _next);
        Later(now + (duration * 2 / 3), () => Running = before.Running!);
        Later(now + duration, Disarm);
    }

    /// <summary>The verdict of its gates.</summary>
    public Verdict Judge() => nature switch
    {
        Nature.FailsItsGate or Nature.FailsItsGateWithoutTrial => Verdict.Fail,
        Nature.FailsItsGateLater when _next == plan.Target => Verdict.Fail,
        Nature.IsUnclear => Verdict.Unclear,
        _ => Verdict.Pass,
    };

    public void CutPower(DateTimeOffset now, TimeSpan duration)
    {
        Advance(now);
        _commands.Clear();
        _timer = null;
        _isOffUntil = now + duration;
    }

    public void Hide(DateTimeOffset now, TimeSpan duration) => _isHiddenUntil = Max(_isHiddenUntil, now + duration);

    /// <summary>A colleague switches it to a system of his own, unless somebody is at it.</summary>
    public void SwitchByColleague(DateTimeOffset now)
    {
        if (!Answers(now) || IsSwitching)
            return;
        Running = _next = Running == Other ? FakeHostFacts.System('3') : Other;
        WasSwitchedByColleague = true;
    }

    void Advance(DateTimeOffset now)
    {
        while (true)
        {
            if (_isOffUntil is { } on)
            {
                if (on > now)
                    return;
                _isOffUntil = null;
                Running = nature == Nature.WritesNoBootEntry ? Running : _next;
                _boot++;
            }
            var command = _commands.TryPeek(out var first) ? first.At : DateTimeOffset.MaxValue;
            // The timer lets a switch that is under way finish first.
            if (command <= now)
                _commands.Dequeue().Do();
            else if (!IsSwitching && _timer <= now)
                GoBack();
            else
                return;
        }
    }

    void GoBack()
    {
        _timer = null;
        if (_trial != Id)
            return;
        _trial = null;
        if (Running == plan.Target || Running == _running)
            (Running, _next, _fired) = (_running!, _next == plan.Target ? _nextBefore! : _next, Id);
    }

    void Later(DateTimeOffset at, Action action) => _commands.Enqueue((at, action));

    void Disarm() => (_trial, _timer) = (null, null);

    bool RunsOurs(HostFacts before) => Running == before.Running || Running == plan.Target;

    bool BootsOurs(HostFacts before) => _next == before.Next || _next == plan.Target;

    static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
