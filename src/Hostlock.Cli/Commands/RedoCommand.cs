using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Undoing;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Puts back the files of the last undo.</summary>
sealed class RedoCommand : FleetCommand
{
    readonly ChangeUndoing _undoing = new("redo");

    public override CommandNature Nature => new(NetworkUse.None) { Writes = true, MaySayNo = true };

    public override JsonShape? Shape => ReportJson.Shape;

    protected override Command Describe()
    {
        var command = new Command("redo", """
            Put back what the last undo took back

            A second redo puts back what the undo before took back, as long as nothing else
            was done since. If you have changed a file since, nothing is done.

              hostlock redo
              hostlock redo --dry-run
            """);
        foreach (var option in _undoing.Options)
            command.Add(option);
        return command;
    }

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Together;

    // The last thing that was done may have been done in one of them, or in all.
    public override IEnumerable<FleetFolder> About(CommandRun run, IReadOnlyList<FleetFolder> flakes) =>
        LastDone.FlakesToRedo(flakes);

    public override Task<ExitCode> RunAsync(CommandRun run) =>
        _undoing.RunAsync(run, ["redo"], undo => undo.PlanRedoAsync(run.CancellationToken));
}
