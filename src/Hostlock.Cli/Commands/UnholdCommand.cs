using System.CommandLine;
using Hostlock.Fleets.Settings;
using Hostlock.Reporting;

namespace Hostlock.Cli.Commands;

/// <summary>Removes a hold from hostlock.toml.</summary>
sealed class UnholdCommand : FleetCommand
{
    readonly Argument<string> _host = CommonOptions.One("host", "HOST", "A host");
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    protected override Command Describe() => new("unhold", """
        Let rollouts and switches change a held host again

        Removes the hold from hostlock.toml, and changes nothing else. A rollout that
        passed the host by gives it its system at the next tick.

          hostlock unhold plex
          hostlock unhold plex --dry-run
        """)
    { _host, _dryRun };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Machines;

    public override Task<ExitCode> RunAsync(CommandRun run)
    {
        var host = run.HostNamed(run.Value(_host)).Name;
        new FleetFileChange(run.Processes, run.Folder, run.Value(_dryRun)).Hold(host, hold: null);
        run.Terminal.Data(FreezeText.Render(host, hold: null, isWritten: !run.Value(_dryRun)));
        return Task.FromResult(ExitCode.Done);
    }
}
