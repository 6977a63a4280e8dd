using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Settings;
using Hostlock.Reporting;

namespace Hostlock.Cli.Commands;

/// <summary>Holds a host at the system that it runs, in hostlock.toml.</summary>
sealed class HoldCommand : FleetCommand
{
    readonly Argument<string[]> _hosts = CommonOptions.Machines("Hosts or @RING");
    readonly Option<bool> _all = CommonOptions.AllHosts();
    readonly Option<string?> _reason = new("--reason")
    {
        Description = "The reason, which is shown when the host is passed by",
        HelpName = "TEXT",
    };
    readonly Option<string?> _until = new("--until") { Description = "The last day, such as 2026-12-31", HelpName = "DAY" };
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public override CommandNature Nature => new(NetworkUse.None) { Asks = true, Writes = true };

    protected override Command Describe() => new("hold", """
        Keep hosts at the systems that they run

        A freeze holds an input still, a hold the whole machine: each rollout and switch
        passes it by, and says so. The hold is written to hostlock.toml.

          hostlock hold plex --reason 'the fair is on'
          hostlock hold plex web --until 2026-12-31
        """)
    { _hosts, _reason, _until, _all, _dryRun };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Machines;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        await run.Picks.HostsAsync(_hosts, _all, isRootOne: false);
        var hosts = run.Named.SomeHosts(run.Words(_hosts), _all).Select(host => host.Name).ToList();
        var until = run.Value(_until) is { } word ? Freeze.ParseDay(word, run.Today) : (DateOnly?)null;
        var hold = new Freeze(run.Value(_reason) ?? Freeze.NoReason, until);
        new FleetFileChange(run.Folder, run.Value(_dryRun)).Hold(hosts, hold);
        run.ReportText(
            isDone: !run.Value(_dryRun),
            string.Concat(hosts.Select(host => FreezeText.Render(host, hold, isWritten: !run.Value(_dryRun)))));
        return ExitCode.Done;
    }
}
