using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Rings;

namespace Hostlock.Cli.Commands;

/// <summary>Gives one tested lock to hosts, ring by ring.</summary>
sealed class RolloutCommand : FleetCommand
{
    const string Aborted = "aborted";

    readonly Argument<string[]> _hosts = CommonOptions.Machines("The host that tries its lock, then the others [default: all rings]");
    readonly Option<bool> _all = CommonOptions.AllHosts();
    readonly Option<bool> _plan = new("--plan", "--dry-run", "-n") { Description = "Show what would happen, and change nothing" };
    readonly Option<bool> _yes = CommonOptions.Yes();
    readonly Option<bool> _resume = new("--resume") { Description = "Go on with the last rollout" };
    readonly Option<string?> _approve = CommonOptions.Ring("--approve", "Let a ring begin, and go on");
    readonly Option<string[]> _again = new("--again")
    {
        Description = "Try the system that this host gave back once more, and go on",
        HelpName = "HOST",
    };
    readonly Option<bool> _abort = new("--abort") { Description = "Finish hosts on trial, and begin no other" };
    readonly Option<bool> _return = new("--return") { Description = "With --abort: have the hosts that got the system go back" };
    readonly Option<bool> _noCheck = new("--no-check") { Description = "Keep systems without looking at units and gates" };
    readonly Option<bool> _allowDowngrade = CommonOptions.AllowDowngrade();
    readonly HostSwitching _switching = new();

    protected override IReadOnlyList<FleetCommand> Inner { get; } = [new RolloutStatusCommand()];

    public override CommandNature Nature => HostSwitching.Nature;

    public override JsonShape? Shape => JsonShape.EitherOf(RolloutPageJson.PlanShape, RolloutEventShape.Shape);

    protected override Command Describe() => new("rollout", """
        Give one tested lock to hosts, ring by ring

        All systems are built before the first machine is touched. A ring begins once
        those before it run their systems, and a system that fails goes back. With
        --json, each event of the journal is a line.

          hostlock rollout plex dobro zeeba
          hostlock rollout --resume
        """)
    { _hosts, _all, _plan, _yes, _resume, _approve, _again, _abort, _return, _noCheck, _allowDowngrade, CommonOptions.Json };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Machines;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var session = new RolloutSession(run);
        string[] asked =
        [
            .. run.Value(_resume) ? ["--resume"] : Array.Empty<string>(),
            .. run.Value(_approve) is not null ? ["--approve"] : Array.Empty<string>(),
            .. run.Words(_again).Length > 0 ? ["--again"] : Array.Empty<string>(),
            .. run.Value(_abort) ? ["--abort"] : Array.Empty<string>(),
        ];
        if (asked.Length > 1)
            throw RolloutException.Excludes(asked[0], asked[1]);
        if (run.Value(_return) && !run.Value(_abort))
            throw RolloutException.Needs("--return", "--abort");
        if (run.Value(_plan) && (asked is ["--again"] || run.Value(_return)))
            throw RolloutException.Excludes(_plan.Name, run.Value(_return) ? _return.Name : _again.Name);
        if (asked is [])
        {
            var order = RolloutOrder.Of(run.Folder.Fleet, run.Words(_hosts).Length > 0 ? run.Named.Hosts(_hosts, _all) : []);
            if (run.Value(_plan))
                return await PlanAsync(run, session, order);
            if (!run.Value(_yes) && !run.Terminal.CanAsk)
                throw RolloutException.NotConfirmed();
            return await session.AloneAsync(() => BeginAsync(run, session, order));
        }
        if (run.Words(_hosts).Length > 0)
            throw RolloutException.HasItsHosts(asked[0]);
        if (!session.MayExist)
            throw run.Journals.WhyNoRollout();
        if (run.Value(_plan))
            return await ShowAsync(run, session, asked[0]);
        return await session.AloneAsync(() => asked[0] switch
        {
            "--approve" => ApproveAsync(run, session, run.Value(_approve)!),
            "--again" => TryAgainAsync(run, session),
            "--abort" => AbortAsync(run, session),
            _ => ResumeAsync(run, session, session.Last),
        });
    }

    async Task<ExitCode> PlanAsync(CommandRun run, RolloutSession session, RolloutOrder order)
    {
        var planned = await LocksAsync(run, session, order);
        try
        {
            var systems = await session.Planning.EvaluateAsync(planned, run.CancellationToken);
            planned = await WithStepsBackAsync(run, session, planned, systems);
            run.Print(() => RolloutText.Render(planned, run.Terminal.Ink), () => RolloutPageJson.Render(planned, systems));
            return ExitCode.Done;
        }
        finally
        {
            await planned.Candidate.ForgetPlanAsync(CancellationToken.None);
        }
    }

    async Task<ExitCode> BeginAsync(CommandRun run, RolloutSession session, RolloutOrder order)
    {
        var last = run.Journals.LastRollout();
        if (last is not null && last.IsBrokenOff)
        {
            run.Terminal.Talk($"the rollout {last.Plan.Id} was broken off; it goes on first\n");
            last = await session.GoOnAsync(last, new RolloutEvent.Resumed(IsChecked(run), run.Now));
        }
        await RingLocks.RequireUpstreamAsync(run.Processes, run.Folder, order, run.CancellationToken);
        var planned = await LocksAsync(run, session, order);
        try
        {
            run.Terminal.Talk($"building {planned.Order.Hosts.Count()} systems\n");
            var systems = await session.Planning.BuildAsync(planned, run.Journals.RolloutRootOf, run.CancellationToken);
            var plan = session.Planning.PlanOf(planned, systems, IsChecked(run));
            // On another branch, it begins anew.
            if (last is not null && last.IsAskedAgainBy(plan)
                && await planned.Candidate.ComesAfterAsync(last.Plan.Source!.Base, run.CancellationToken) is not false)
            {
                run.Terminal.Talk($"the rollout {last.Plan.Id} brings the same; it goes on\n");
                return await ResumeAsync(run, session, last);
            }
            var text = RolloutText.Render(await WithStepsBackAsync(run, session, planned, systems), run.Terminal.Ink);
            if (run.IsJson)
                run.Terminal.Talk(text);
            else if (!run.Terminal.IsQuiet || !run.Value(_yes))
                run.Terminal.Data(text);
            if (!run.Value(_yes) && run.Terminal.Ask("begin?") is not true)
            {
                run.Terminal.Talk("no machine was changed\n");
                return ExitCode.Done;
            }
            await planned.Candidate.KeepAsync(plan.Id, run.CancellationToken);
            // The candidate has the locks. Those of a thousand hosts are not kept in memory for days.
            planned = planned with { Locks = [] };
            await session.ForgetOldAsync();
            var opened = new RolloutEvent.Opened(plan, run.Now);
            var approved = new RolloutEvent.Approved(run.Now) { By = run.Person };
            return session.Tell(await session.GoOnAsync(Rollout.Of(opened), opened, approved));
        }
        finally
        {
            await planned.Candidate.ForgetPlanAsync(CancellationToken.None);
        }
    }

    // The next steps: the rules are asked as if the person had said so.
    async Task<ExitCode> ShowAsync(CommandRun run, RolloutSession session, string asked)
    {
        await session.FetchAsync();
        var rollout = session.LastWritten;
        var after = rollout.After(asked switch
        {
            "--approve" => await ApprovalAsync(run, session, rollout, run.Value(_approve)!),
            "--abort" when rollout.IsOver => throw NothingToHalt(rollout),
            "--abort" => new RolloutEvent.Stopped(Aborted, run.Now),
            _ => new RolloutEvent.Resumed(IsChecked(run), run.Now),
        });
        var orders = session.OrdersOf(after);
        run.Print(
            () => RolloutText.Status(after, orders, run.Folder.Fleet.Rollout.Open, words => run.Line(words), run.Terminal.Ink)
                + RolloutText.Due(orders, after, ReleasedOf(run, after), approved: null),
            () => RolloutPageJson.Render(after, orders));
        return ExitCode.Done;
    }

    // A ring that has begun needs no approval: the rollout goes on.
    async Task<RolloutEvent> ApprovalAsync(CommandRun run, RolloutSession session, Rollout rollout, string ring) =>
        rollout.Plan.Rings.FirstOrDefault(each => each.Name == ring) is null
            ? throw RolloutException.NoSuchRing(ring, rollout.Plan.Rings.Select(each => each.Name))
        : rollout.OpenedRings.ContainsKey(ring) ? new RolloutEvent.Resumed(IsChecked(run), run.Now)
        : await session.ApprovalOfAsync(rollout, ring);

    static IReadOnlyList<HostName> ReleasedOf(CommandRun run, Rollout rollout) =>
        HostHolds.Released(rollout, run.Folder.Fleet, run.Now);

    async Task<ExitCode> ResumeAsync(CommandRun run, RolloutSession session, Rollout rollout) =>
        session.Tell(
            rollout.MayGoOn || ReleasedOf(run, rollout).Count > 0
                ? await session.GoOnAsync(rollout, new RolloutEvent.Resumed(IsChecked(run), run.Now))
                : rollout);

    async Task<ExitCode> ApproveAsync(CommandRun run, RolloutSession session, string ring)
    {
        var rollout = session.Last;
        return await ApprovalAsync(run, session, rollout, ring) is RolloutEvent.RingApproved approved
            ? session.Tell(await session.GoOnAsync(rollout, approved))
            : await ResumeAsync(run, session, rollout);
    }

    async Task<ExitCode> TryAgainAsync(CommandRun run, RolloutSession session)
    {
        var rollout = session.Last;
        var events = new List<RolloutEvent>();
        foreach (var host in run.Words(_again).Select(run.Named.HostNamed))
        {
            if (rollout.Hosts.Find(host.Name) is null)
                throw RolloutException.NotInRollout(host.Name, rollout.Plan.Id);
            events.Add(new RolloutEvent.Retried(host.Name, run.Now));
        }
        return session.Tell(await session.GoOnAsync(rollout, [.. events, new RolloutEvent.Resumed(IsChecked(run), run.Now)]));
    }

    async Task<ExitCode> AbortAsync(CommandRun run, RolloutSession session)
    {
        var rollout = session.Last;
        if (rollout.IsOver && !run.Value(_return))
            throw NothingToHalt(rollout);
        if (rollout.Stopped is null || rollout.IsBrokenOff)
            rollout = await session.GoOnAsync(rollout, new RolloutEvent.Stopped(Aborted, run.Now));
        var code = ExitCode.Done;
        if (run.Value(_return) && rollout.WayBack(IsChecked(run)) is { IsEmpty: false } back)
        {
            // The user's branch is left to the user if rings are proposed as branches.
            var open = run.Folder.Fleet.Rollout.Open;
            (code, var gone) = await _switching.ReturnAsync(
                run, run.Journals, back, commits: open is RingOpening.Commit or RingOpening.Push);
            rollout = await session.GoOnAsync(rollout, [.. gone.Select(host => new RolloutEvent.Restored(host, run.Now))]);
            if (open == RingOpening.Push)
                await RingLocks.PushBackAsync(run.Processes, run.Folder, run.Journals.ScratchPath, gone, run.CancellationToken);
        }
        session.Tell(rollout);
        return code;
    }

    // No host is at risk, and none will begin: the rollout is over, or a person may still go on with it.
    static RolloutException NothingToHalt(Rollout rollout) =>
        rollout.Stopped is { } why && rollout.LeavesHosts
            ? RolloutException.IsHalted(rollout.Plan.Id, why)
            : RolloutException.IsOver(rollout.Plan.Id);

    Task<PlannedLocks> LocksAsync(CommandRun run, RolloutSession session, RolloutOrder order) =>
        session.Planning.LocksAsync(order, run.Declarations, run.Value(_allowDowngrade), run.CancellationToken);

    // More may go back than the repository knows of the locks, so the machines are asked what they run.
    async Task<PlannedLocks> WithStepsBackAsync(
        CommandRun run, RolloutSession session, PlannedLocks planned, IReadOnlyDictionary<HostName, StorePath> systems)
    {
        var back = await session.StepsBack.FindAsync(planned, systems, run.CancellationToken);
        return back is [var first, ..] && !run.Value(_allowDowngrade)
            ? throw RolloutException.GoesBack(first.Host, first.Why)
            : planned with { StepsBack = back };
    }

    bool IsChecked(CommandRun run) => !run.Value(_noCheck);
}
