using System.CommandLine;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Shows where the last rollout stands. No machine is asked.</summary>
sealed class RolloutStatusCommand : FleetCommand
{
    public override CommandNature Nature => new(NetworkUse.None);

    public override JsonShape? Shape => RolloutPageJson.StatusShape;

    protected override Command Describe() => new("status", """
        Show where the last rollout stands, host by host

        The journal is read, and what machines last answered to any command. No machine
        is asked; 'hostlock status --live' does that.

          hostlock rollout status
          hostlock rollout status --json
        """)
    { CommonOptions.Json };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Machines;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var session = new RolloutSession(run);
        await session.FetchAsync();
        var rollout = session.LastWritten.AsSeen(run.LastAnswers);
        var orders = session.OrdersOf(rollout);
        run.Print(
            () => RolloutText.Status(rollout, orders, run.Folder.Fleet.Rollout.Open, words => run.Line(words), run.Terminal.Ink),
            () => RolloutPageJson.Render(rollout, orders));
        return ExitCode.Done;
    }
}
