using System.CommandLine;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;
using Hostlock.Rollouts;

namespace Hostlock.Cli.Commands;

/// <summary>Goes on with the last rollout if something is due. A timer runs it.</summary>
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

        A timer runs it. It goes on if a soak is over, the hours have come, a ring was
        approved in the repository, a machine is back, or an agent was resumed. If
        nothing is due, it prints nothing. A system that failed is not tried again.

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
                    session.OrdersOf(rollout), rollout, HostHolds.Released(rollout, run.Folder.Fleet, run.Now),
                    (await session.WrittenApprovalAsync(rollout))?.Ring));
        return ExitCode.Done;
    }

    // This is done without the lock on the rollout, so that another run need not wait for it.
    static async Task WriteNumbersAsync(CommandRun run, string file)
    {
        var text = MetricsText.Render(await new FleetNumbersReading(run).AskAsync());
        RepositoryFiles.ReplaceNamed(Path.GetFullPath(file, run.Surroundings.Folder), Encoding.UTF8.GetBytes(text));
    }

    static async Task<ExitCode> TickAsync(CommandRun run, RolloutSession session)
    {
        // If neither this clone nor the shared journals have a rollout, nothing is due.
        if (run.Journals.LastRollout() is not { } rollout)
            return ExitCode.Done;
        var due = DueWork.Of(rollout, await session.WrittenApprovalAsync(rollout), run.Folder.Fleet, run.Now);
        if (due is DueWork.Ask asked && await session.IsBackAsync(rollout, asked))
            due = new DueWork.GoOn([new RolloutEvent.Resumed(IsChecked: true, run.Now)]);
        if (due is not DueWork.GoOn(var happened))
            return ExitCode.Done;
        var after = await session.GoOnAsync(rollout, happened);
        // If nobody has merged the branch yet, there is nothing to report.
        return ReferenceEquals(after, rollout) ? ExitCode.Done : session.Tell(after);
    }
}
