using System.Collections.Immutable;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Machines.Probing;
using Hostlock.Reporting;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Gates;
using Hostlock.Rollouts.Journals;
using Hostlock.Rollouts.Rings;
using Hostlock.Rollouts.Steps;

namespace Hostlock.Cli;

/// <summary>Goes on with rollouts, for <c>rollout</c> and <c>tick</c>: the journal, the runner and the output.</summary>
/// <param name="run">The run of the command.</param>
sealed class RolloutSession(CommandRun run)
{
    readonly Lazy<(Rollout? Rollout, HostlockException? Unread)> _seen = new(() => run.Journals.SeeLastRollout());
    Rollout? _lastAsSeen;
    IReadOnlyDictionary<HostName, string>? _reasonsAsSeen;
    WrittenApprovals? _written;

    SharedJournals Shared { get; } = new(run.Processes, run.Folder, run.Journals, run.Surroundings.Time);

    /// <summary>Works out locks and systems.</summary>
    public RolloutPlanning Planning => new(run.Processes, run.Folder, run.SystemBuild, run.Surroundings.Time);

    WrittenApprovals Written => _written ??= new(run.Processes, run.Folder, run.Journals.Path, run.Terminal.Warn);

    /// <summary>The last rollout, for commands that only look; null if there is none, or if <see cref="Unread"/> says why it cannot be
    /// read.</summary>
    public Rollout? LastOrNone => _seen.Value.Rollout;

    /// <summary>The last rollout, with what its machines have answered since, for commands that have just asked them; null as
    /// <see cref="LastOrNone"/>.</summary>
    public Rollout? LastAsSeen => _lastAsSeen ??= LastOrNone?.AsSeen(run.LastAnswers);

    /// <summary>The reason why the last rollout cannot be read; null if it can, or there is none.</summary>
    public HostlockException? Unread => _seen.Value.Unread;

    /// <summary>The warning that the last rollout cannot be read; null if it can, or there is none.</summary>
    public Warning? UnreadWarning => Unread is { } why ? Warning.NotKnown($"what the last rollout brings", why) : null;

    /// <summary>The reason why a host, whose machine was just asked, does not run the system of the last rollout; null if it does, or was
    /// not in it.</summary>
    /// <param name="host">The host.</param>
    /// <param name="runs">The system that it runs; null if that is not known.</param>
    public string? ReasonOf(HostName host, StorePath? runs) =>
        LastAsSeen is { } last && last.Hosts.Find(host) is { } record && record.Plan.Target != runs
            ? (_reasonsAsSeen ??= RolloutReasons.Of(last, OrdersOf(last))).GetValueOrDefault(host)
            : null;

    /// <summary>The hosts that, as the journal says, did not keep the system of the last rollout, with the reasons; empty if all
    /// did.</summary>
    public string WhoIsOff() => LastOrNone is { } last ? RolloutReasons.Render(last, OrdersOf(last), run.Terminal.Ink) : "";

    /// <summary>By host, why it did not keep the system of the last rollout, as the journal says; a host that did is not in it.</summary>
    public IReadOnlyDictionary<HostName, string> Reasons =>
        LastOrNone is { } last ? RolloutReasons.Of(last, OrdersOf(last)) : new Dictionary<HostName, string>();

    /// <summary>Finds the hosts that a rollout would take back.</summary>
    public StepsBack StepsBack => new(run.Probes, run.Journals);

    /// <summary>Deletes the refs of old rollouts, in the upstream repository as well if it has the journals.</summary>
    public async Task ForgetOldAsync()
    {
        var forgotten = await CandidateCommit.ForgetOldAsync(run.Processes, run.Folder, run.CancellationToken);
        if (Shared.Exist)
            await Shared.ForgetAsync(forgotten, run.CancellationToken);
    }

    /// <summary>Does something that no other run in this clone may do at the same time, with the journals of other clones, if hostlock.toml
    /// wants that.</summary>
    /// <param name="doAsync">What is done.</param>
    public Task<ExitCode> AloneAsync(Func<Task<ExitCode>> doAsync) => run.Journals.AloneAsync(async () =>
    {
        await FetchAsync();
        return await doAsync();
    });

    /// <summary>Brings the journals of other clones here, if hostlock.toml wants that.</summary>
    public async Task FetchAsync()
    {
        if (Shared.Exist)
            await Shared.FetchAsync(run.CancellationToken);
    }

    /// <summary>True if there may be rollouts to go on with.</summary>
    public bool MayExist => Shared.Exist || run.Journals is { Exist: true } journals && journals.LastRollout() is not null;

    /// <summary>The last rollout, for a run that holds the journals.</summary>
    /// <exception cref="RolloutException">There is none.</exception>
    public Rollout Last => run.Journals.LastRollout() ?? throw RolloutException.NoRollout();

    /// <summary>The last rollout, for a run beside which another may be at work.</summary>
    /// <exception cref="RolloutException">There is none, or the other has not written it yet, because its systems are built.</exception>
    public Rollout LastWritten => run.Journals.LastRollout() ?? throw run.Journals.WhyNoRollout();

    /// <summary>The orders of the rules for a rollout that nobody is at work on.</summary>
    /// <param name="rollout">The rollout.</param>
    public ImmutableArray<Order> OrdersOf(Rollout rollout) => RolloutRules.Next(rollout, run.Now);

    /// <summary>The approval of a ring that waits for one and that somebody wrote into the repository; null if none does, or nobody
    /// did.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <exception cref="HostlockException">git cannot be asked, or signatures cannot be checked.</exception>
    public async Task<RolloutEvent.RingApproved?> WrittenApprovalAsync(Rollout rollout) =>
        OrdersOf(rollout).OfType<Order.AskToOpen>().FirstOrDefault() is { Ring: var ring }
            && await Written.FindAsync(rollout, ring, run.Now, run.CancellationToken) is { } approval
            ? Told(approval)
            : null;

    /// <summary>The approval of a ring by the person who runs this, or, if only signatures count, by the signer.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="ring">The name of the ring.</param>
    /// <exception cref="HostlockException">Only signatures count, and nobody signed it; or nothing can be asked.</exception>
    public async Task<RolloutEvent.RingApproved> ApprovalOfAsync(Rollout rollout, string ring) =>
        !Written.MustBeSigned
            ? new(ring, run.Now) { By = run.Person }
            : Told(
                await Written.FindAsync(rollout, ring, run.Now, run.CancellationToken)
                    ?? throw RolloutException.NotSigned(ring, rollout.Plan.Id));

    RolloutEvent.RingApproved Told(RolloutEvent.RingApproved approval)
    {
        run.Terminal.Talk($"ring {approval.Ring}: approved by {Visible.Name(approval.By ?? "")} ({approval.Proof?.Shortened})\n");
        return approval;
    }

    /// <summary>Writes events, and goes on until there is nothing to do, or a person or a time has to be waited for.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="happened">The events.</param>
    /// <returns>The rollout afterwards; the same object if nothing happened.</returns>
    public async Task<Rollout> GoOnAsync(Rollout rollout, params IReadOnlyList<RolloutEvent> happened)
    {
        var before = rollout;
        using var journal = Journal.Open(run.Journals.PathOf(rollout.Plan.Id));
        await using var notices = new EventNotices(
            run.Processes, run.Folder.Fleet.Rollout.Notify, run.Folder.Path, run.Terminal.Warn);
        var lines = new RolloutLines(run, notices);
        var runner = RunnerOf(rollout, journal, lines);
        var guided = new GuidedRollout(runner, new Person(this, run, lines), run.Surroundings.Time);
        happened = [.. happened, .. await Written.RequireAsync(rollout, run.Now, run.CancellationToken)];
        // The push tells runs in other clones that this one is at work.
        foreach (var each in happened.Count == 0 && Shared.Exist ? [new RolloutEvent.Resumed(IsChecked: true, run.Now)] : happened)
            rollout = runner.Write(rollout, each);
        rollout = guided.WithHolds(rollout, run.Folder.Fleet);
        if (Shared.Exist)
            await Shared.PushDoneAsync(rollout.Plan.Id, run.CancellationToken);
        var begun = rollout;
        try
        {
            await RebuildAsync(rollout);
            rollout = await guided.GoOnAsync(rollout, run.CancellationToken);
        }
        finally
        {
            lines.Break();
            // A run that ends with an error pushes its journal too, so that others can go on from there.
            if (Shared.Exist)
                await Shared.PushDoneAsync(rollout.Plan.Id, run.CancellationToken);
        }
        return happened.Count == 0 && ReferenceEquals(rollout, begun) ? before : rollout;
    }

    // A run that is to stop meanwhile does not fail here: the next step writes into the journal that it was interrupted.
    async Task RebuildAsync(Rollout rollout)
    {
        try
        {
            await Planning.RebuildAsync(rollout, run.Journals.RolloutRootOf, run.CancellationToken);
        }
        catch (OperationCanceledException) when (run.CancellationToken.IsCancellationRequested)
        {
        }
    }

    // A rollout is approved when it begins.
    sealed class Person(RolloutSession session, CommandRun run, RolloutLines lines) : IRolloutPerson
    {
        public Task<RolloutEvent?> BeginsAsync(Rollout rollout) => Task.FromResult<RolloutEvent?>(null);

        public Task<RolloutEvent.RingApproved?> ApprovesAsync(Rollout rollout)
        {
            lines.Break();
            return session.WrittenApprovalAsync(rollout);
        }

        public bool? Keeps(HostName host) => run.IsJson ? null : run.Terminal.Ask(RolloutText.KeepQuestion(host));
    }

    /// <summary>Prints the state of a rollout, and the next commands.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <returns>The exit code that says the same.</returns>
    public ExitCode Tell(Rollout rollout)
    {
        var orders = OrdersOf(rollout);
        var text = RolloutText.End(rollout, orders, run.Folder.Fleet.Rollout.Open, run.TargetOf, words => run.Line(words));
        var code = ExitCodes.OfRollout(rollout, run.Now, run.CancellationToken.IsCancellationRequested);
        if (run.IsJson)
            run.Terminal.Talk(text);
        else if (!run.Terminal.IsQuiet || code is not (ExitCode.Done or ExitCode.Waiting))
            run.Terminal.Data(text);
        return code;
    }

    /// <summary>Asks machines whether a rollout can go on: an agent takes something again, or a machine is back.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="asked">The machines.</param>
    public async Task<bool> IsBackAsync(Rollout rollout, DueWork.Ask asked)
    {
        var work = WorkOf(rollout);
        var taken = await Task.WhenAll(asked.Deferred.Select(host => work.IsTakenAsync(host, run.CancellationToken)));
        if (taken.Any(isTaken => isTaken))
            return true;
        var outcomes = await run.Probes.AskAsync([.. asked.Absent.Select(run.Folder.HostOf)], run.CancellationToken);
        return outcomes.Any(outcome => outcome is ProbeOutcome.Answered);
    }

    // An engine that evaluates by itself has to come to the same systems, whatever the user's files say by now.
    HostWork WorkOf(Rollout rollout) => new(
        run.Processes,
        run.Probes,
        new GateRun(run.Processes, run.NewHttpHandler, run.Surroundings.Time),
        run.StepSurroundings with { Commit = rollout.Plan.Source?.Commit },
        run.Surroundings.Time);

    RolloutRunner RunnerOf(Rollout rollout, Journal journal, RolloutLines lines)
    {
        var opener = new RingLocks(
            run.Processes, run.Folder, run.Journals.ScratchPath, locks => OutcomeText.Render(locks, true, Ink.Plain), lines,
            Shared, run.Surroundings.Time);
        return new(
            journal.Append, WorkOf(rollout), opener, lines, new(run.Surroundings.Variables.GetValueOrDefault(CrashPoint.Variable)),
            run.Surroundings.Time);
    }
}
