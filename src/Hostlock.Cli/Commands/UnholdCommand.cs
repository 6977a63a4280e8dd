using System.CommandLine;
using Hostlock.Fleets.Settings;
using Hostlock.Reporting;

namespace Hostlock.Cli.Commands;

/// <summary>Removes a hold from hostlock.toml.</summary>
sealed class UnholdCommand : FleetCommand
{
    readonly Argument<string[]> _hosts = CommonOptions.Machines("Hosts or @RING");
    readonly Option<bool> _all = CommonOptions.AllHosts();
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public override CommandNature Nature => new(NetworkUse.None) { Asks = true, Writes = true };

    protected override Command Describe() => new("unhold", """
        Let rollouts and switches change held hosts again

        Removes the hold from hostlock.toml, and changes nothing else. A rollout that
        passed the host by gives it its system at the next tick.

          hostlock unhold plex
          hostlock unhold plex web --dry-run
        """)
    { _hosts, _all, _dryRun };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Machines;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        await run.Picks.HostsAsync(_hosts, _all, isRootOne: false);
        var hosts = run.Named.SomeHosts(run.Words(_hosts), _all).Select(host => host.Name).ToList();
        new FleetFileChange(run.Folder, run.Value(_dryRun)).Hold(hosts, hold: null);
        run.ReportText(
            isDone: !run.Value(_dryRun),
            string.Concat(hosts.Select(host => FreezeText.Render(host, hold: null, isWritten: !run.Value(_dryRun)))));
        return ExitCode.Done;
    }
}
