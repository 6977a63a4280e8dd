using System.CommandLine;
using System.Collections.Immutable;
using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Gates;
using Hostlock.Rollouts.Journals;
using Hostlock.Rollouts.Steps;

namespace Hostlock.Cli;

/// <summary>The common part of <c>switch</c> and <c>rollback</c>: the options, the question, the run, and the output.</summary>
sealed class HostSwitching
{
    /// <summary>The nature of commands that switch machines.</summary>
    public static CommandNature Nature => new(NetworkUse.Machines)
    {
        Asks = true,
        Writes = true,
        MaySayNo = true,
        Waits = true,
        MayBePartial = true,
    };

    readonly Option<bool> _yes = CommonOptions.Yes();
    readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Show what would change, and change no machine" };
    readonly Option<bool> _noCheck = new("--no-check") { Description = "Keep the system without looking at units and gates" };

    /// <summary>Commits the lock that is put back. Only <c>rollback</c> offers it.</summary>
    public Option<bool> Commit { get; } = CommonOptions.Commit();

    /// <summary>The options.</summary>
    public IEnumerable<Option> Options => [_yes, _dryRun, _noCheck, CommonOptions.Json];

    /// <summary>True if the options want that machines are looked at before a system is kept.</summary>
    public bool IsChecked(CommandRun run) => !run.Value(_noCheck);

    /// <summary>True if no machine is to be changed.</summary>
    public bool IsDryRun(CommandRun run) => run.Value(_dryRun);

    /// <summary>Refuses at once if nobody can be asked, and no option says that machines may be changed.</summary>
    /// <param name="run">The run of the command.</param>
    /// <exception cref="RolloutException">Nobody can be asked.</exception>
    public void RefuseUnasked(CommandRun run)
    {
        if (!run.Value(_yes) && !IsDryRun(run) && !run.Terminal.CanAsk)
            throw RolloutException.NotConfirmed();
    }

    /// <summary>Ends a switch that an earlier run left half-way, if there is one.</summary>
    /// <param name="run">The run of the command.</param>
    /// <param name="journals">The journals, which are reserved.</param>
    /// <returns>The switch that was ended, and its exit code; null if there was nothing.</returns>
    public async Task<(Rollout Rollout, ExitCode Code)?> FinishAsync(CommandRun run, RolloutJournals journals)
    {
        if (journals.LastSwitch() is not { IsUnfinished: true } last)
            return null;
        run.Terminal.Talk($"the switch {last.Plan.Id} was broken off; it is finished first\n");
        return (last, await ResumeAsync(run, journals, last));
    }

    /// <summary>Goes on with a switch that was broken off, or that waits for machines or a person.</summary>
    /// <param name="run">The run of the command.</param>
    /// <param name="journals">The journals, which are reserved.</param>
    /// <param name="rollout">The switch.</param>
    public async Task<ExitCode> ResumeAsync(CommandRun run, RolloutJournals journals, Rollout rollout)
    {
        using var journal = Journal.Open(journals.PathOf(rollout.Plan.Id));
        var lines = LinesOf(run);
        var runner = RunnerOf(run, journal, lines);
        rollout = runner.Write(rollout, new RolloutEvent.Resumed(IsChecked(run), run.Now));
        return await RunAsync(run, runner, lines, rollout, _ => null, isDowngradeAllowed: true);
    }

    /// <summary>Switches hosts.</summary>
    /// <param name="run">The run of the command.</param>
    /// <param name="journals">The journals, which are reserved.</param>
    /// <param name="action">The purpose.</param>
    /// <param name="plans">The systems that the hosts get, which are built.</param>
    /// <param name="built">The time that building took, in words, by host.</param>
    /// <param name="lockOf">The lock of the system that a host is to get; null if that is not known.</param>
    /// <param name="isDowngradeAllowed">True if inputs may go back in time.</param>
    public async Task<ExitCode> SwitchAsync(
        CommandRun run, RolloutJournals journals, RolloutAction action, ImmutableArray<HostPlan> plans,
        IReadOnlyDictionary<HostName, string> built,
        Func<HostName, LockFile?> lockOf, bool isDowngradeAllowed)
    {
        var lines = LinesOf(run);
        foreach (var (host, word) in built)
            lines.Say(host, word);
        if (IsDryRun(run))
        {
            var previews = await PreviewsAsync(run, plans, lockOf);
            run.Print(
                () => string.Concat(previews.Select(preview => SwitchText.Render(preview, run.Terminal.Ink))),
                () => SwitchJson.Render(null, previews));
            return previews.All(preview => preview.Running is not null) ? ExitCode.Done : ExitCode.Partly;
        }
        await BecomeRootAsync(run, plans);
        var plan = RolloutPlan.Of(action, plans, run.Now);
        using var journal = Journal.Open(journals.PathOf(plan.Id));
        var runner = RunnerOf(run, journal, lines);
        var opened = new RolloutEvent.Opened(plan, run.Now);
        return await RunAsync(run, runner, lines, runner.Write(Rollout.Of(opened), opened), lockOf, isDowngradeAllowed);
    }

    /// <summary>Has hosts go back to the systems before a rollout, one after the other, without a question.</summary>
    /// <param name="run">The run of the command.</param>
    /// <param name="journals">The journals, which are reserved.</param>
    /// <param name="plans">The systems that the hosts go back to.</param>
    /// <param name="commits">True if the locks that are put back are committed.</param>
    /// <returns>The exit code, and the hosts that went back.</returns>
    public async Task<(ExitCode Code, IReadOnlyList<HostName> Back)> ReturnAsync(
        CommandRun run, RolloutJournals journals, ImmutableArray<HostPlan> plans, bool commits)
    {
        var plan = RolloutPlan.Of(RolloutAction.Rollback, plans, run.Now);
        await using var notices = new EventNotices(
            run.Processes, run.Folder.Fleet.Rollout.Notify, run.Folder.Path, run.Terminal.Warn);
        var lines = new RolloutLines(run, notices);
        using var journal = Journal.Open(journals.PathOf(plan.Id));
        var runner = RunnerOf(run, journal, lines);
        var opened = new RolloutEvent.Opened(plan, run.Now);
        var rollout = runner.Write(Rollout.Of(opened), opened, new RolloutEvent.Approved(run.Now) { By = run.Person });
        (rollout, _) = await GoOnAsync(run, runner, lines, rollout, _ => null, isDowngradeAllowed: true);
        var code = await PutBackAsync(run, runner, rollout, commits);
        return (code, [.. rollout.Hosts.Where(host => host.Outcome == HostOutcome.Kept).Select(host => host.Plan.Host)]);
    }

    async Task<ExitCode> RunAsync(
        CommandRun run, RolloutRunner runner, SwitchLines lines, Rollout rollout, Func<HostName, LockFile?> lockOf, bool isDowngradeAllowed)
    {
        (rollout, var previews) = await GoOnAsync(run, runner, lines, rollout, lockOf, isDowngradeAllowed);
        if (run.IsJson)
            run.Terminal.Data(SwitchJson.Render(rollout, previews));
        return await PutBackAsync(run, runner, rollout, run.Value(Commit));
    }

    // Prints the next commands, and puts the locks of machines that went back into the repository.
    static async Task<ExitCode> PutBackAsync(CommandRun run, RolloutRunner runner, Rollout rollout, bool commits)
    {
        TellNext(run, rollout);
        var code = ExitCodes.OfSwitch(rollout, run.Now, run.CancellationToken.IsCancellationRequested);
        foreach (var host in rollout.Hosts.Where(rollout.Restores))
        {
            if (!await RollbackLines.RestoreAsync(run, host, commits))
                code = code == ExitCode.Done ? ExitCode.Partly : code;
            rollout = runner.Write(rollout, new RolloutEvent.Restored(host.Plan.Host, run.Now));
        }
        return code;
    }

    async Task<(Rollout Rollout, IReadOnlyList<HostPreview> Previews)> GoOnAsync(
        CommandRun run, RolloutRunner runner, IRolloutView lines, Rollout rollout, Func<HostName, LockFile?> lockOf,
        bool isDowngradeAllowed)
    {
        var person = new Person(this, run, lines, lockOf, isDowngradeAllowed);
        var guided = new GuidedRollout(runner, person, run.Surroundings.Time);
        rollout = await guided.GoOnAsync(guided.WithHolds(rollout, run.Folder.Fleet), run.CancellationToken);
        if (person.WhyNot is { } whyNot)
            throw whyNot;
        if (!rollout.IsApproved)
            RefusePowerless(run, rollout);
        lines.Break();
        return (rollout, person.Previews);
    }

    // The person at the terminal, or the options that speak for them.
    sealed class Person(
        HostSwitching switching, CommandRun run, IRolloutView lines, Func<HostName, LockFile?> lockOf, bool isDowngradeAllowed)
        : IRolloutPerson
    {
        // The previews that the question showed.
        public IReadOnlyList<HostPreview> Previews { get; private set; } = [];

        // The reason why nothing may begin. It is printed once the journal has it.
        public RolloutException? WhyNot { get; private set; }

        // Only hosts that are to be changed are asked about.
        public async Task<RolloutEvent?> BeginsAsync(Rollout rollout)
        {
            RefusePowerless(run, rollout);
            Previews = await PreviewsAsync(
                run, [.. rollout.Hosts.Where(host => host.Outcome is null).Select(host => host.Plan)], lockOf);
            return MayBegin() ? new RolloutEvent.Approved(run.Now) { By = run.Person } : new RolloutEvent.Stopped("not confirmed", run.Now);
        }

        bool MayBegin()
        {
            var isAsked = !run.Value(switching._yes);
            var text = string.Concat(Previews.Select(preview => SwitchText.Render(preview, run.Terminal.Ink)));
            if (run.IsJson)
                run.Terminal.Talk(text);
            else if (!run.Terminal.IsQuiet || isAsked)
                run.Terminal.Data(text);
            if (!isDowngradeAllowed && Previews.FirstOrDefault(preview => preview.Downgrade is not null) is { } back)
            {
                WhyNot = RolloutException.GoesBack(back.Plan.Host, back.Downgrade!);
                return false;
            }
            if (!isAsked)
                return true;
            var answer = run.Terminal.Ask($"switch {string.Join(' ', Previews.Select(preview => preview.Plan.Host))}?");
            if (answer is null)
                WhyNot = RolloutException.NotConfirmed();
            else if (answer is false)
                run.Terminal.Talk("no machine was changed\n");
            return answer is true;
        }

        // Only rings need an approval.
        public Task<RolloutEvent.RingApproved?> ApprovesAsync(Rollout rollout) => Task.FromResult<RolloutEvent.RingApproved?>(null);

        public bool? Keeps(HostName host)
        {
            lines.Break();
            return run.Terminal.Ask(RolloutText.KeepQuestion(host));
        }
    }

    static void RefusePowerless(CommandRun run, Rollout rollout)
    {
        if (rollout.Hosts.FirstOrDefault(host => host is { Outcome: HostOutcome.NotCopied, Now.Power: RootPower.None }) is not { } host)
            return;
        var address = run.AddressOf(host.Plan.Host);
        throw RolloutException.NotRoot(host.Plan.Host, address.ToString(), address.AsRoot);
    }

    static void TellNext(CommandRun run, Rollout rollout)
    {
        foreach (var host in rollout.Hosts)
            run.Terminal.Talk(
                SwitchText.NextSteps(host, run.TargetOf(host.Plan.Host), words => run.Line(words), rollout.Plan.Action));
        run.Terminal.Talk(SwitchText.Untouched(rollout));
    }

    static async Task<IReadOnlyList<HostPreview>> PreviewsAsync(
        CommandRun run, IReadOnlyList<HostPlan> plans, Func<HostName, LockFile?> lockOf)
    {
        var previews = new List<HostPreview>();
        foreach (var plan in plans)
            previews.Add(await run.Previews.OfAsync(plan, lockOf(plan.Host), run.CancellationToken));
        return previews;
    }

    // sudo asks once, at the terminal; from then on it knows us.
    static async Task BecomeRootAsync(CommandRun run, ImmutableArray<HostPlan> plans)
    {
        if (run.IsRoot || !plans.Any(plan => run.AddressOf(plan.Host).IsHere) || !run.Terminal.CanAsk)
            return;
        await HostWork.AskForPasswordAsync(run.Processes, run.CancellationToken);
    }

    static SwitchLines LinesOf(CommandRun run) => new(run.IsJson ? run.Terminal.Talk : run.Terminal.Live, run.Terminal.IsQuiet);

    static RolloutRunner RunnerOf(CommandRun run, Journal journal, IRolloutView lines)
    {
        var gates = new GateRun(run.Processes, run.NewHttpHandler, run.Surroundings.Time);
        var work = new HostWork(run.Processes, run.Probes, gates, run.StepSurroundings, run.Surroundings.Time);
        return new(
            journal.Append, work, opener: null, lines, new(run.Surroundings.Variables.GetValueOrDefault(CrashPoint.Variable)),
            run.Surroundings.Time);
    }
}
