using Hostlock.Audits;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Releases;
using Hostlock.Rollouts;

namespace Hostlock.Cli;

/// <summary>The meaning of the exit codes, and the codes of errors and of what came of machines. docs/files.md has the same
/// table.</summary>
static class ExitCodes
{
    /// <summary>The meaning of a code, without a full stop.</summary>
    public static string Meaning(ExitCode code) => code switch
    {
        ExitCode.Done => "Done",
        ExitCode.No => "The answer is no: something was found, differs, failed on its machine, or was refused",
        ExitCode.BadRequest => "The request makes no sense: usage, an unknown host, a file that cannot be read",
        ExitCode.Outside => "The world outside failed: network, git, disk",
        ExitCode.Partly => "Finished, but not for all hosts, or not for all inputs",
        ExitCode.Waiting => "It waits for a person, or for a time",
        ExitCode.Busy => "Another hostlock is writing here, or switching these machines",
        ExitCode.Bug => "A bug",
        ExitCode.Interrupted => "Interrupted",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The code of an error.</summary>
    /// <param name="error">The error.</param>
    public static ExitCode Of(HostlockException error) => error switch
    {
        FleetException { IsBusy: true } or RolloutException { IsBusy: true } or ReleaseException { IsBusy: true } => ExitCode.Busy,
        RolloutException { IsRefusal: true } or ReleaseException { IsRefusal: true } or AuditException => ExitCode.No,
        FleetException { IsRefusal: true } or MachineException { IsRefusal: true } => ExitCode.No,
        { IsUnread: true } => ExitCode.BadRequest,
        { IsOutside: true } => ExitCode.Outside,
        _ => ExitCode.BadRequest,
    };

    /// <summary>The code of a switch of hosts that a person named: each is to have its system, and a no of the person is no
    /// failure.</summary>
    /// <param name="rollout">What happened.</param>
    /// <param name="now">The present time.</param>
    /// <param name="isInterrupted">True if a person stopped it.</param>
    public static ExitCode OfSwitch(Rollout rollout, DateTimeOffset now, bool isInterrupted)
    {
        if (rollout.Hosts.Any(host => host.IsFailure))
            return ExitCode.No;
        if (isInterrupted)
            return ExitCode.Interrupted;
        if (RolloutRules.Next(rollout, now).Any(order => order is Order.AskToKeep or Order.AskForAgent))
            return ExitCode.Waiting;
        return rollout.Stopped is not null ? ExitCode.Done : OfHosts(rollout);
    }

    /// <summary>The code of a rollout, of which some hosts may fail.</summary>
    /// <param name="rollout">What happened.</param>
    /// <param name="now">The present time.</param>
    /// <param name="isInterrupted">True if a person stopped it.</param>
    public static ExitCode OfRollout(Rollout rollout, DateTimeOffset now, bool isInterrupted)
    {
        if (isInterrupted)
            return ExitCode.Interrupted;
        if (RolloutRules.WhyHalted(rollout) is not null)
            return ExitCode.No;
        return RolloutRules.Next(rollout, now).Length > 0 ? ExitCode.Waiting : OfHosts(rollout);
    }

    /// <summary>The code of a pull.</summary>
    /// <param name="outcome">What came of it.</param>
    /// <param name="isInterrupted">True if a person stopped it.</param>
    public static ExitCode OfPull(PullOutcome outcome, bool isInterrupted) => outcome switch
    {
        _ when isInterrupted => ExitCode.Interrupted,
        PullOutcome.UpToDate or PullOutcome.NotNamed or PullOutcome.Planned => ExitCode.Done,
        PullOutcome.Refused => ExitCode.No,
        PullOutcome.Held => ExitCode.Partly,
        PullOutcome.Tried(_, { IsFailure: true }) => ExitCode.No,
        PullOutcome.Tried(_, { Outcome: null }) => ExitCode.Waiting,
        PullOutcome.Tried(_, { Outcome: var ended }) => OfHost(ended),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static ExitCode OfHosts(Rollout rollout) =>
        rollout.Hosts.All(host => OfHost(host.Outcome) == ExitCode.Done) ? ExitCode.Done : ExitCode.Partly;

    static ExitCode OfHost(HostOutcome? outcome) => outcome == HostOutcome.Kept ? ExitCode.Done : ExitCode.Partly;
}
