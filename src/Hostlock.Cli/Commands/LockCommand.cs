using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Brings locks in line with the declarations, and moves no locked input, as <c>nix flake lock</c> does.</summary>
sealed class LockCommand : FleetCommand
{
    readonly Argument<string[]> _hosts = CommonOptions.Hosts("Hosts, root or @RING [default: every lock]");
    readonly Option<bool> _all = CommonOptions.All();
    readonly Option<bool> _locked = new("--locked") { Description = "Fail instead of writing" };
    readonly Option<bool> _fill = new("--fill") { Description = "Also fetch locked trees to fill in hashes and dates that entries lack" };
    readonly Option<bool> _commit = CommonOptions.Commit();
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public override CommandNature Nature => new(NetworkUse.Fetches) { Writes = true, MayBePartial = true };

    public override JsonShape? Shape => ReportJson.Shape;

    protected override Command Describe() =>
        new("lock", """
            Bring locks in line with flake.nix, and move no locked input

            Adds entries for new inputs, and drops those of removed ones. A locked input
            stays at its revision. Locks of other Nixes may lack hashes; --fill adds them.

              hostlock lock
              hostlock lock plex --locked
            """)
        { _hosts, _all, _locked, _fill, _commit, _dryRun, CommonOptions.Json };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Together;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var mode = run.Value(_locked) ? new WritingMode.PlanOnly() : run.Mode(_dryRun, _commit, LockUpdating.Note);
        var request = new UpdateRequest.InLine { FillsFacts = run.Value(_fill) };
        var report = await LockUpdating.RunAsync(run, run.Named.PlacesOrAll(_hosts, _all), request, mode);
        var code = LockUpdating.CodeOf(report);
        return code == ExitCode.Done
            && run.Value(_locked)
            && report.Changed.Select(changed => changed.Place.Name).ToList() is { Count: > 0 } names
            ? throw FleetException.NeedsLock(names)
            : code;
    }
}
