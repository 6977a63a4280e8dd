using System.CommandLine;

namespace Hostlock.Cli.Commands;

/// <summary>Puts back the lock that a host had before the last change.</summary>
sealed class UndoCommand : FleetCommand
{
    readonly Argument<string> _host = CommonOptions.One("host", "HOST", "A host, or root");
    readonly LockRestoring _restoring = new();

    protected override Command Describe()
    {
        var command = new Command("undo", "Put back the lock a host had before the last change") { _host };
        foreach (var option in _restoring.Options)
            command.Add(option);
        return command;
    }

    protected override Task<ExitCode> RunAsync(CommandRun run)
    {
        var place = run.Folder.PlaceNamed(run.Value(_host));
        return _restoring.RunAsync(run, place, stop => run.Versions.BeforeLastChangeAsync(place, stop));
    }
}
