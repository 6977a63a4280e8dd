using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Undoing;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Takes back the last thing that was done, or the last change of some locks.</summary>
sealed class UndoCommand : FleetCommand
{
    readonly Argument<string[]> _hosts = CommonOptions.Hosts("Hosts, root or @RING [default: all that the last command changed]");
    readonly Option<bool> _all = CommonOptions.All();
    readonly ChangeUndoing _undoing = new("undo");

    public override CommandNature Nature => new(NetworkUse.None) { Writes = true, MaySayNo = true };

    public override JsonShape? Shape => ReportJson.Shape;

    protected override Command Describe()
    {
        var command = new Command("undo", """
            Take back the last thing that hostlock did, all of it

            All files that the last command wrote become what they were, even if they
            were committed since. A second undo takes back the command before. If hosts
            are named, only their locks go back. If you have changed a file since,
            nothing is done.

              hostlock undo
              hostlock undo plex --commit
            """)
        { _hosts, _all };
        foreach (var option in _undoing.Options)
            command.Add(option);
        return command;
    }

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Together;

    // The last thing that was done may have been done in one of them, or in all.
    public override IEnumerable<FleetFolder> About(CommandRun run, IReadOnlyList<FleetFolder> flakes) =>
        LastDone.FlakesToUndo(flakes, Line(run), run.Words(_hosts));

    public override Task<ExitCode> RunAsync(CommandRun run)
    {
        IReadOnlyList<LockPlace>? places = run.Words(_hosts).Length > 0 || run.Value(_all) ? run.Named.Places(_hosts, _all) : null;
        return _undoing.RunAsync(
            run,
            Line(run),
            undo => undo.PlanUndoAsync(places, run.CancellationToken));
    }

    string[] Line(CommandRun run) => ["undo", .. run.Words(_hosts), .. run.Value(_all) ? new[] { _all.Name } : []];
}
