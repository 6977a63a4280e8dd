using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets;

namespace Hostlock.Rollouts;

/// <summary>One line of the journal. A rollout is the sum of its events; nothing else is remembered.</summary>
/// <param name="At">When it happened.</param>
public abstract record RolloutEvent(DateTimeOffset At)
{
    /// <summary>The rollout begins.</summary>
    /// <param name="Plan">The plan.</param>
    /// <param name="At">When it happened.</param>
    public sealed record Opened(RolloutPlan Plan, DateTimeOffset At) : RolloutEvent(At);

    /// <summary>A person, or an option, said that the machines may be changed.</summary>
    /// <param name="At">When it happened.</param>
    public sealed record Approved(DateTimeOffset At) : RolloutEvent(At)
    {
        /// <summary>The person who said so, as the environment names them: <c>ada@ctl</c>; null if it does not.</summary>
        public string? By { get; init; }
    }

    /// <summary>A person said that a ring may begin.</summary>
    /// <param name="Ring">The name of the ring.</param>
    /// <param name="At">When it happened.</param>
    public sealed record RingApproved(string Ring, DateTimeOffset At) : RolloutEvent(At)
    {
        /// <summary>The person who said so: the name of the signer in the list of those who may sign, or else the name that the commit, the
        /// tag or the environment states; null if nothing does.</summary>
        public string? By { get; init; }

        /// <summary>The commit or tag that says so; null if an option did.</summary>
        public Revision? Proof { get; init; }
    }

    /// <summary>A ring was opened.</summary>
    /// <param name="Ring">The name of the ring.</param>
    /// <param name="Commit">The commit that has the locks of its hosts; null if none was made.</param>
    /// <param name="At">When it happened.</param>
    public sealed record RingOpened(string Ring, Revision? Commit, DateTimeOffset At) : RolloutEvent(At);

    /// <summary>A host is to stay at the system that it runs, or no longer.</summary>
    /// <param name="Host">The host.</param>
    /// <param name="Why">The reason; null if it may be changed again.</param>
    /// <param name="At">When it happened.</param>
    public sealed record Held(HostName Host, string? Why, DateTimeOffset At) : RolloutEvent(At);

    /// <summary>A person said that a host, which was returned or which somebody else switched, is to get its system once more.</summary>
    /// <param name="Host">The host.</param>
    /// <param name="At">When it happened.</param>
    public sealed record Retried(HostName Host, DateTimeOffset At) : RolloutEvent(At);

    /// <summary>A step is about to be taken. This is written before it is.</summary>
    /// <param name="Host">The host.</param>
    /// <param name="Step">The step.</param>
    /// <param name="At">When it happened.</param>
    public sealed record Began(HostName Host, Step Step, DateTimeOffset At) : RolloutEvent(At);

    /// <summary>A step is over.</summary>
    /// <param name="Host">The host.</param>
    /// <param name="Step">The step.</param>
    /// <param name="Result">The result.</param>
    /// <param name="At">When it happened.</param>
    public sealed record Ended(HostName Host, Step Step, StepResult Result, DateTimeOffset At) : RolloutEvent(At);

    /// <summary>A person decided what the gates could not.</summary>
    /// <param name="Host">The host.</param>
    /// <param name="Verdict">Pass or fail.</param>
    /// <param name="At">When it happened.</param>
    public sealed record Decided(HostName Host, Verdict Verdict, DateTimeOffset At) : RolloutEvent(At);

    /// <summary>The lock of the system that a host went back to was put back into the repository.</summary>
    /// <param name="Host">The host.</param>
    /// <param name="At">When it happened.</param>
    public sealed record Restored(HostName Host, DateTimeOffset At) : RolloutEvent(At);

    /// <summary>No host begins from now on. Hosts at risk are finished all the same.</summary>
    /// <param name="Why">The reason.</param>
    /// <param name="At">When it happened.</param>
    public sealed record Stopped(string Why, DateTimeOffset At) : RolloutEvent(At);

    /// <summary>The rollout goes on: hosts that were out of reach are asked again, and unclear verdicts are given again.</summary>
    /// <param name="IsChecked">False if systems are kept from now on without a look at their gates.</param>
    /// <param name="At">When it happened.</param>
    public sealed record Resumed(bool IsChecked, DateTimeOffset At) : RolloutEvent(At);
}

/// <summary>The result of a step. The answer of the machine decides; the rest is shown to people.</summary>
public sealed record StepResult
{
    /// <summary>The answer of the machine afterwards; null if it said nothing.</summary>
    public HostFacts? Facts { get; init; }

    /// <summary>The reason why it did not answer, or the complaint of the command; null if there is neither.</summary>
    public string? Note { get; init; }

    /// <summary>True if another machine answers for the host.</summary>
    public bool IsWrongMachine { get; init; }

    /// <summary>True if nothing was begun, because the agent that deploys the machine is suspended.</summary>
    public bool IsDeferred { get; init; }

    /// <summary>The exit code of the command, which decides nothing; null if there was none.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The verdict of a check; null for other steps.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>The answers of the gates, by name, in a check, and in the first look before anything is done.</summary>
    public ImmutableArray<GateAnswer> Gates { get; init; } = [];
}

/// <summary>The answer of a gate.</summary>
/// <param name="Name">The name of the gate.</param>
/// <param name="Verdict">Its answer.</param>
/// <param name="Said">Its words, in brief; empty if it said nothing.</param>
public sealed record GateAnswer(string Name, Verdict Verdict, string Said);

/// <summary>The judgement of a system after it was tried.</summary>
public enum Verdict
{
    /// <summary>It is well.</summary>
    Pass,

    /// <summary>It is not.</summary>
    Fail,

    /// <summary>It could not be asked.</summary>
    Unclear,
}
