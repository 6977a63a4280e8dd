using System.CommandLine;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Machines.Probing;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;
using Hostlock.Rollouts;

namespace Hostlock.Cli.Commands;

/// <summary>Goes on with the last rollout as far as that is due. A timer runs it.</summary>
sealed class TickCommand : FleetCommand
{
    readonly Option<string?> _textfile = new("--textfile")
    {
        Description = "Then ask all machines, and write the numbers of 'status --format prometheus'",
        HelpName = "FILE",
    };
    readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Show what is due, and change nothing" };

    public override CommandNature Nature => new(NetworkUse.Machines) { Writes = true, MaySayNo = true, Waits = true, MayBePartial = true };

    public override JsonShape? Shape => RolloutEventShape.Shape;

    protected override Command Describe() => new("tick", """
        Go on with the last rollout if something is due

        For a timer: the soak is over, the hours have come, a ring was approved in the
        repository, a machine is back that was out of reach, or its agent takes something
        again. If nothing is due, nothing is printed. What failed is not tried again.

          hostlock tick --dry-run
          hostlock tick --textfile fleet.prom
        """)
    { _textfile, _dryRun, CommonOptions.Json };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Machines;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        if (run.IsJson && run.Value(_dryRun))
            throw FleetException.TakesNoJson(_dryRun.Name);
        if (run.Value(_textfile) is not null && run.Value(_dryRun))
            throw UsageException.Excludes(_textfile.Name, _dryRun.Name);
        var session = new RolloutSession(run);
        if (run.Value(_dryRun))
            return await ShowDueAsync(run, session);
        var code = session.MayExist ? await session.AloneAsync(() => TickAsync(run, session)) : ExitCode.Done;
        if (run.Value(_textfile) is { } file && !run.CancellationToken.IsCancellationRequested)
            await WriteNumbersAsync(run, file);
        return code;
    }

    static async Task<ExitCode> ShowDueAsync(CommandRun run, RolloutSession session)
    {
        if (!session.MayExist)
            return ExitCode.Done;
        await session.FetchAsync();
        if (run.Journals.LastRollout() is { } rollout)
            run.Terminal.Data(
                RolloutText.Due(
                    session.OrdersOf(rollout), rollout, run.HoldsOf(rollout), (await session.WrittenApprovalAsync(rollout))?.Ring));
        return ExitCode.Done;
    }

    // Whoever is at work on the rollout need not wait for it.
    static async Task WriteNumbersAsync(CommandRun run, string file)
    {
        var text = MetricsText.Render(await new FleetNumbersReading(run).AskAsync());
        RepositoryFiles.ReplaceNamed(Path.GetFullPath(file, run.Surroundings.Folder), Encoding.UTF8.GetBytes(text));
    }

    static async Task<ExitCode> TickAsync(CommandRun run, RolloutSession session)
    {
        // Other clones may have none either.
        if (run.Journals.LastRollout() is not { } rollout)
            return ExitCode.Done;
        var approval = await session.WrittenApprovalAsync(rollout);
        if (approval is not null || session.OrdersOf(rollout).Any(order => order is Order.Do or Order.Open))
        {
            var after = await session.GoOnAsync(rollout, approval is null ? [] : [approval]);
            // Of a branch that nobody merged yet, nothing is to be said.
            return ReferenceEquals(after, rollout) ? ExitCode.Done : session.Tell(after);
        }
        if (RolloutRules.WhyHalted(rollout) is not null)
            return ExitCode.Done;
        // Who is held no longer gets what passed it by.
        if (run.HoldsOf(rollout).Any(held => held.Why is null))
            return session.Tell(await session.GoOnAsync(rollout));
        if (await session.IsTakenAsync(rollout))
            return session.Tell(await session.GoOnAsync(rollout, new RolloutEvent.Resumed(IsChecked: true, run.Now)));
        var absent = rollout.Hosts.Where(host => host.Outcome == HostOutcome.Absent)
            .Select(host => run.Folder.TryHostOf(host.Plan.Host)).OfType<Host>().ToList();
        var outcomes = await run.Probes.AskAsync(absent, run.CancellationToken);
        return outcomes.Any(outcome => outcome is ProbeOutcome.Answered)
            ? session.Tell(await session.GoOnAsync(rollout, new RolloutEvent.Resumed(IsChecked: true, run.Now)))
            : ExitCode.Done;
    }
}
