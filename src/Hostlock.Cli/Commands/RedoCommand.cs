using System.CommandLine;

namespace Hostlock.Cli.Commands;

/// <summary>Puts back what was taken back last.</summary>
sealed class RedoCommand : FleetCommand
{
    readonly ChangeUndoing _undoing = new("redo");

    protected override Command Describe()
    {
        var command = new Command("redo", """
            Put back what the last undo took back

            Once more puts back the one before, as long as nothing else was done since. A
            file that you have changed since is left alone, and then nothing is done.

              hostlock redo
              hostlock redo --dry-run
            """);
        foreach (var option in _undoing.Options)
            command.Add(option);
        return command;
    }

    protected override Task<ExitCode> RunAsync(CommandRun run) =>
        _undoing.RunAsync(run, ["redo"], undo => Task.FromResult(undo.PlanRedo()));
}
