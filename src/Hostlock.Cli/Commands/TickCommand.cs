using System.CommandLine;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Machines.Probing;
using Hostlock.Reporting;
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

    public override CommandNature Nature => new(NetworkUse.Machines) { Writes = true, MaySayNo = true, Waits = true, MayBePartial = true };

    protected override Command Describe() => new("tick", """
        Go on with the last rollout if something is due

        For a timer: the soak is over, the hours have come, a ring was approved in the
        repository, or a machine is back that was out of reach. If nothing is due,
        nothing is printed. What failed is not tried again.

          hostlock tick
          hostlock tick --textfile fleet.prom
        """)
    { _textfile, CommonOptions.Json };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Machines;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var session = new RolloutSession(run);
        var code = session.MayExist ? await session.AloneAsync(() => TickAsync(run, session)) : ExitCode.Done;
        if (run.Value(_textfile) is { } file && !run.CancellationToken.IsCancellationRequested)
            await WriteNumbersAsync(run, file);
        return code;
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
        var absent = rollout.Hosts.Where(host => host.Outcome == HostOutcome.Absent)
            .Select(host => run.Folder.TryHostOf(host.Plan.Host)).OfType<Host>().ToList();
        var outcomes = await run.Probes.AskAsync(absent, run.CancellationToken);
        return outcomes.Any(outcome => outcome is ProbeOutcome.Answered)
            ? session.Tell(await session.GoOnAsync(rollout, new RolloutEvent.Resumed(IsChecked: true, run.Now)))
            : ExitCode.Done;
    }
}
