using System.CommandLine;
using Hostlock.Fleets.Changes;

namespace Hostlock.Cli.Commands;

/// <summary>Puts back the lock that a host had before the last change.</summary>
sealed class UndoCommand : FleetCommand
{
    readonly Argument<string> _host = CommonOptions.One("host", "HOST", "A host, or root");
    readonly LockRestoring _restoring = new();

    protected override Command Describe()
    {
        var command = new Command("undo", """
            Put back the lock a host had before the last change

            If the lock has changed since its last commit, the committed lock comes back;
            otherwise the lock before that commit.

              hostlock undo plex
              hostlock undo plex --commit
            """)
        { _host };
        foreach (var option in _restoring.Options)
            command.Add(option);
        return command;
    }

    protected override Task<ExitCode> RunAsync(CommandRun run)
    {
        var place = run.Folder.PlaceNamed(run.Value(_host));
        return _restoring.RunAsync(
            run,
            ["undo", place.Name],
            place,
            async stop => PlannedLock.Restoring(
                place, await run.Versions.BeforeLastChangeAsync(place, stop), LockRestoring.Earlier(place)));
    }
}
