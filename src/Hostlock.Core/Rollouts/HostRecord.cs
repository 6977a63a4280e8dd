using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Machines;
using Hostlock.Machines.Probing;

namespace Hostlock.Rollouts;

/// <summary>The end of a rollout for a host.</summary>
public enum HostOutcome
{
    /// <summary>It has what it should have.</summary>
    Kept,

    /// <summary>It failed, and is back on the system that it came from.</summary>
    Returned,

    /// <summary>It failed, and is not back: a person must look.</summary>
    Stranded,

    /// <summary>Its system could not be brought there; nothing was changed.</summary>
    NotCopied,

    /// <summary>The machine refused to begin with its system; nothing was changed.</summary>
    NotBegun,

    /// <summary>It is out of reach, and nothing was changed.</summary>
    Absent,

    /// <summary>Another machine answers for it; nothing was changed.</summary>
    WrongMachine,

    /// <summary>Somebody else changed it; it is left alone.</summary>
    Superseded,

    /// <summary>It is to stay at the system that it runs; nothing was changed.</summary>
    Held,
}

/// <summary>The record of one host of a rollout: the fold of its events.</summary>
/// <param name="Plan">The plan of the host.</param>
/// <param name="Rollout">The id of the rollout.</param>
public sealed record HostRecord(HostPlan Plan, string Rollout)
{
    /// <summary>The times in a row that a machine may be silent before it counts as absent, if nothing was done to it.</summary>
    public const int Patience = 5;

    /// <summary>The most times that a system is activated: again if the first time was cut off by us or by the mains.</summary>
    public const int MostActivations = 2;

    /// <summary>The most times that a system is copied.</summary>
    public const int MostCopies = 3;

    /// <summary>The most times that a system is kept before it goes back.</summary>
    public const int MostKeeps = 2;

    /// <summary>The most times that a host is returned before a person must look.</summary>
    public const int MostReturns = 3;

    /// <summary>The reason why a host is passed by if hostlock.toml no longer has it.</summary>
    public const string Gone = "hostlock.toml has no such host any more";

    /// <summary>The time that a host has to go back and to answer, once its silence timer went off.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    /// <summary>The longest time that somebody else's switch is waited for.</summary>
    public static readonly TimeSpan LongestSwitch = TimeSpan.FromMinutes(30);

    /// <summary>The answer of the machine before anything was done to it: a return goes there. Null if it has not answered yet.</summary>
    public HostFacts? Before { get; init; }

    /// <summary>The last answer of the machine; null if it did not answer.</summary>
    public HostFacts? Now { get; init; }

    /// <summary>The gates that failed before anything was done. They cannot fail the host later.</summary>
    public ImmutableArray<string> RedBefore { get; init; } = [];

    /// <summary>The answers of the gates when they were last asked.</summary>
    public ImmutableArray<GateAnswer> Gates { get; init; } = [];

    /// <summary>True if the agent that deploys the machine is suspended, and nothing was begun: a person has to see to it.</summary>
    public bool IsDeferred { get; init; }

    /// <summary>The step that began and has not ended; null if there is none.</summary>
    public Step? UnderWay { get; init; }

    /// <summary>The last note for people; null if there is none.</summary>
    public string? Note { get; init; }

    /// <summary>The verdict on the target in this boot; null if there is none.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>The boot that the verdict is about.</summary>
    public string? JudgedBoot { get; init; }

    /// <summary>The number of times that an activation began.</summary>
    public int Activations { get; init; }

    /// <summary>The number of times that an activation was refused by the machine, or did not reach it, before anything was done.</summary>
    public int Refusals { get; init; }

    /// <summary>The number of times that a copy began.</summary>
    public int Copies { get; init; }

    /// <summary>The number of times that keeping began.</summary>
    public int Keeps { get; init; }

    /// <summary>The number of times that a return began.</summary>
    public int Returns { get; init; }

    /// <summary>The times in a row that the machine did not answer.</summary>
    public int Silences { get; init; }

    /// <summary>True if the machine could not be reached after activation, while we were there to reach it.</summary>
    public bool WasLost { get; init; }

    /// <summary>The latest time from which the silence timer can run; null if it was never armed.</summary>
    public DateTimeOffset? TimerFrom { get; init; }

    /// <summary>The time since which somebody else's switch is waited for; null if none is.</summary>
    public DateTimeOffset? WaitsSince { get; init; }

    /// <summary>The time since which the machine runs its target, without a known break; null if it does not, or was not yet
    /// kept.</summary>
    public DateTimeOffset? KeptSince { get; init; }

    /// <summary>The time at which a look at the machine gave the host its outcome; null if it has none, or none by a look.</summary>
    public DateTimeOffset? SettledAt { get; init; }

    /// <summary>True if the host has had the outcome <see cref="HostOutcome.Kept"/>. Later changes are somebody else's.</summary>
    public bool HasBeenKept { get; init; }

    /// <summary>The time at which the machine was last asked whether it is well, answered or not; null if it never was.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    /// <summary>True if the host could not get its system together with its ring. No later ring waits for it.</summary>
    public bool IsLate { get; init; }

    /// <summary>The reason why it is to stay at the system that it runs; null if it may be changed.</summary>
    public string? Hold { get; init; }

    /// <summary>The step that began and was cut off, if a look at its result is under way; else null.</summary>
    public Step? CutOff { get; init; }

    /// <summary>The outcome; null if it has none yet.</summary>
    public HostOutcome? Outcome { get; init; }

    /// <summary>True if the lock of the system that it went back to is in the repository: a person had it go back, and nothing
    /// failed.</summary>
    public bool IsRestored { get; init; }

    /// <summary>True if the host had what it should have before anything was done.</summary>
    public bool WasThere => Outcome == HostOutcome.Kept && Activations == 0 && Keeps == 0;

    /// <summary>True if the system failed on the host. A system that a person took back has not failed.</summary>
    public bool IsFailure => Outcome is HostOutcome.Returned or HostOutcome.Stranded && !IsRestored;

    /// <summary>True if the host could not be begun with, for a reason that may pass. Nothing was changed on it.</summary>
    public bool CouldNotBegin =>
        Outcome is HostOutcome.Absent or HostOutcome.NotCopied or HostOutcome.NotBegun or HostOutcome.WrongMachine;

    /// <summary>True if going on with the rollout may change the host.</summary>
    public bool MayChange => Outcome is null || CouldNotBegin;

    /// <summary>The phase of the host; null if it does not answer.</summary>
    public HostPhase? Phase =>
        Now is null || Before is null ? null : HostPhases.Of(Now, Before, Plan.Target, Plan.Activation, Rollout);

    /// <summary>True if the machine may run a system that is not yet known to be good, or is in the midst of a change.</summary>
    public bool IsAtRisk => Outcome is null
        && (UnderWay is Step.Activate or Step.Check or Step.Keep or Step.Return
            || (Activations > 0 && Phase is not HostPhase.Before)
            || (Keeps > 0 && Phase is not HostPhase.Before));

    /// <summary>True if a machine at risk does not answer: until it does, nothing can be finished there, and its silence timer takes it
    /// back.</summary>
    public bool IsAwaited => IsAtRisk && Silences > 0;

    internal HostRecord After(RolloutEvent.Began began) => this with
    {
        UnderWay = began.Step,
        // The look may be cut off itself.
        CutOff = began.Step != Step.Probe ? null : UnderWay is null or Step.Probe ? CutOff : UnderWay,
        Activations = Activations + (began.Step == Step.Activate ? 1 : 0),
        Copies = Copies + (began.Step == Step.Copy ? 1 : 0),
        Keeps = Keeps + (began.Step == Step.Keep ? 1 : 0),
        Returns = Returns + (began.Step == Step.Return ? 1 : 0),
        Verdict = began.Step == Step.Activate ? null : Verdict,
        TimerFrom = Renews(began.Step) ? began.At : TimerFrom,
    };

    internal HostRecord After(RolloutEvent.Ended ended)
    {
        var (step, result) = (ended.Step, ended.Result);
        var next = this with
        {
            UnderWay = null,
            CutOff = result.Facts is null ? CutOff : null,
            Now = result.Facts,
            Before = Before ?? (Activations == 0 ? result.Facts : null),
            RedBefore = Before is null && result.Facts is not null
                ? [.. result.Gates.Where(gate => gate.Verdict == Rollouts.Verdict.Fail).Select(gate => gate.Name)]
                : RedBefore,
            Gates = step == Step.Check ? result.Gates : Gates,
            Note = result.Note ?? Note,
            Silences = result.Facts is null ? Silences + 1 : 0,
            TimerFrom = Renews(step) ? ended.At : TimerFrom,
            WasLost = WasLost || (!HasBeenKept && result.Facts is null && step is Step.Activate or Step.Check),
            WaitsSince = result.Facts is { IsSwitching: true } ? WaitsSince ?? ended.At : null,
            AskedAt = step == Question ? ended.At : AskedAt,
        };
        next = next.Inhibited().Judged(step, result, CutOff);
        var outcome = next.Judge(ended);
        return (next with
        {
            Outcome = outcome,
            HasBeenKept = HasBeenKept || outcome == HostOutcome.Kept,
            SettledAt = outcome is null ? null : outcome == Outcome ? SettledAt : ended.At,
            // A machine that is silent stays what it was.
            KeptSince = next.Now is null ? KeptSince
                : outcome == HostOutcome.Kept && next.Now.Runs(Plan.Target) ? KeptSince ?? ended.At
                : null,
        }).PassedBy();
    }

    /// <summary>The step that asks the machine whether it is well.</summary>
    internal Step Question => NeedsCheck ? Step.Check : Step.Probe;

    internal HostRecord After(RolloutEvent.Held held) => held.Why is null
        ? this with { Hold = null, Outcome = Outcome == HostOutcome.Held ? null : Outcome, Now = Outcome == HostOutcome.Held ? null : Now }
        : (this with { Hold = held.Why }).PassedBy();

    // It begins anew from what it runs now.
    internal HostRecord After(RolloutEvent.Retried _) =>
        Outcome is HostOutcome.Returned or HostOutcome.Superseded ? new HostRecord(Plan, Rollout) { Hold = Hold }.PassedBy() : this;

    // A host at risk is finished first: it would stay at a system that nobody knows to be good.
    HostRecord PassedBy() =>
        Hold is not null && !IsAtRisk && MayChange
            ? this with { Outcome = HostOutcome.Held }
            : this;

    // A command that is no part of the rollout may have seen it run something else since. Nobody knows since when.
    internal HostRecord AsSeen(SeenMachine seen) =>
        this is { Outcome: HostOutcome.Kept, KeptSince: { } kept, Now: { } now } && seen.System is { } runs && runs != now.System
            && seen.At >= Moment.Of(AskedAt > kept ? AskedAt.Value : kept)
            ? this with
            {
                Outcome = HostOutcome.Superseded,
                Now = now with { Running = runs, System = runs },
                KeptSince = null,
                SettledAt = null,
            }
            : this;

    internal HostRecord After(RolloutEvent.Restored restored, RolloutAction action) => action == RolloutAction.Rollout
        // The system of the rollout was taken back.
        ? this with { IsRestored = true, Outcome = HostOutcome.Returned, SettledAt = restored.At, KeptSince = null }
        : this with { IsRestored = true };

    internal HostRecord After(RolloutEvent.Decided decided) => this with { Verdict = decided.Verdict, JudgedBoot = Now?.BootId };

    // A host out of reach is asked again; an unclear verdict is given again.
    internal HostRecord After(RolloutEvent.Resumed resumed) =>
        CouldNotBegin || Outcome == HostOutcome.Stranded
            || (Outcome is null && (Verdict == Rollouts.Verdict.Unclear || IsDeferred || !resumed.IsChecked))
            ? this with
            {
                Plan = Plan with { IsChecked = Plan.IsChecked && resumed.IsChecked },
                IsLate = IsLate || CouldNotBegin,
                Outcome = null,
                Now = null,
                Silences = 0,
                Copies = 0,
                Refusals = 0,
                Returns = 0,
                IsDeferred = false,
                Verdict = Verdict == Rollouts.Verdict.Unclear ? null : Verdict,
            }
            // A system for the next boot may have booted.
            : Outcome == HostOutcome.Kept && KeptSince is null ? this with { AskedAt = null } : this;

    // A system that NixOS refuses to switch to is for the next boot.
    HostRecord Inhibited() => Activations == 0 && Now is { IsInhibited: true } && Phase == HostPhase.Before
        ? this with { Plan = Plan with { Activation = Activation.Boot } }
        : this;

    static bool Renews(Step step) => step is Step.Activate or Step.Check or Step.Keep;

    // A verdict belongs to one system and one boot. A system that failed before it ran has its verdict too.
    HostRecord Judged(Step step, StepResult result, Step? cutOff)
    {
        // A person has to see to an agent that is suspended.
        if (result.IsDeferred)
            return this with { Activations = Activations - 1, IsDeferred = true };
        if (Now is null)
            return this;
        // A copy that we stopped does not count as a try. Nor does an activation that never reached the machine: it has left no mark there.
        if (step == Step.Probe && cutOff == Step.Copy)
            return this with { Copies = Copies - 1 };
        if (step == Step.Probe && cutOff == Step.Activate && HasNoMark)
            return this with { Activations = Activations - 1 };
        if (step == Step.Check && Phase is not (HostPhase.Before or HostPhase.Tried))
            return this with { Verdict = result.Verdict, JudgedBoot = Now.BootId };
        if (step == Step.Activate && Now.BootId == Before!.BootId && IsUndone)
        {
            // If the machine has no mark of ours, it refused before anything was done: somebody else's switch had just begun, say.
            return HasNoMark ? Refused() : this with { Verdict = Rollouts.Verdict.Fail, JudgedBoot = Now.BootId };
        }
        // An activation that was lost on the way to the machine began nothing either.
        if (step == Step.Probe && WasLost && Activations > 0 && Returns == 0 && Keeps == 0 && HasNoMark && Now.BootId == Before!.BootId)
            return Refused();
        if (step == Step.Keep && Phase is not HostPhase.Kept && Keeps >= MostKeeps)
            return this with { Verdict = Rollouts.Verdict.Fail, JudgedBoot = Now.BootId };
        return JudgedBoot is not null && JudgedBoot != Now.BootId ? this with { Verdict = null, JudgedBoot = null } : this;
    }

    HostRecord Refused() => this with { Refusals = Refusals + 1, Activations = Activations - 1, WasLost = false };

    HostOutcome? Judge(RolloutEvent.Ended ended)
    {
        if (ended.Result.IsWrongMachine && Activations == 0)
            return HostOutcome.WrongMachine;
        if (Now is null)
        {
            return Outcome == HostOutcome.Kept ? HostOutcome.Kept
                : Activations > 0 && TimerFrom is { } at ? ended.At > at + Plan.Trial + Margin ? HostOutcome.Stranded : null
                : Silences < Patience ? null
                : HostOutcome.Absent;
        }
        return Phase switch
        {
            HostPhase.Elsewhere => HostOutcome.Superseded,
            // Only we undo a system that was kept.
            HostPhase.Before or HostPhase.Tried or HostPhase.OnTrial or HostPhase.Pending when HasBeenKept && Returns == 0 =>
                HostOutcome.Superseded,
            HostPhase.Kept when Activations == 0 || Verdict == Rollouts.Verdict.Pass || !NeedsCheck => HostOutcome.Kept,
            HostPhase.Before when Activations > 0 && (Verdict == Rollouts.Verdict.Fail || HasFailed(ended)) => HostOutcome.Returned,
            HostPhase.Before when Refusals >= MostActivations => IsOnTrialOfAnother ? HostOutcome.Superseded : HostOutcome.NotBegun,
            HostPhase.Before when Copies >= MostCopies && !Now.HasTarget => HostOutcome.NotCopied,
            HostPhase.Before when Now.Power == RootPower.None && Activations == 0 => HostOutcome.NotCopied,
            HostPhase.Switching when ended.At > WaitsSince + LongestSwitch =>
                Activations == 0 || HasBeenKept ? HostOutcome.Superseded : HostOutcome.Stranded,
            _ => ended.Step == Step.Return && Returns >= MostReturns ? HostOutcome.Stranded : null,
        };
    }

    /// <summary>True if the machine has to be looked at before its system is kept.</summary>
    internal bool NeedsCheck => Plan is { IsChecked: true, Activation: not Activation.Boot };

    /// <summary>True if an activation that was cut off half-way may be tried once more.</summary>
    internal bool MayActivateAgain =>
        Verdict != Rollouts.Verdict.Fail && Returns == 0 && Keeps == 0 && Activations is > 0 and < MostActivations;

    // The mark of a trial belongs to the last rollout that armed its timer. The machine refused us, and the other rollout decides about its
    // system.
    bool IsOnTrialOfAnother => Now is { Trial: { } other } now && other != Rollout && now.Fired != Rollout;

    // The machine is as it was, and nothing was begun there: a trial leaves its mark, or that of the timer that ended it.
    bool HasNoMark => Phase == HostPhase.Before && Now!.Fired != Rollout;

    // The target does not run, although it was activated.
    bool IsUndone => Phase is HostPhase.Before or HostPhase.Tried
        || (Phase == HostPhase.Pending && Plan.Activation == Activation.Switch);

    // The host is back on its earlier system, because it was to go back, or for another reason than our own end or a power cut: after those
    // the system is tried once more.
    bool HasFailed(RolloutEvent.Ended ended) =>
        Returns > 0
        || (WasLost && Now!.BootId == Before!.BootId)
        || Activations >= MostActivations;
}
