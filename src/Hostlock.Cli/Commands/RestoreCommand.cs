using System.CommandLine;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.History;

namespace Hostlock.Cli.Commands;

/// <summary>Puts back an earlier lock: that of a commit, of a day or of a generation.</summary>
sealed class RestoreCommand : FleetCommand
{
    readonly Argument<string> _host = CommonOptions.One("host", "HOST", "A host, or root");
    readonly Option<string> _to = new("--to")
    {
        Description = "The version: a commit, a day such as 2026-03-01, or generation:N",
        HelpName = "VERSION",
        Required = true,
    };
    readonly Option<string[]> _inputs = CommonOptions.Inputs("An input to put back, with its own inputs [default: the whole lock]");
    readonly LockRestoring _restoring = new();

    protected override Command Describe()
    {
        var command = new Command("restore", """
            Put back an earlier lock of a host

            The earlier lock is put back byte for byte, or some inputs of it. A hash that it
            lacks and the present lock has for the same revision stays. The lock of a
            generation is read from the host's machine.

              hostlock restore plex --to 2026-03-01
              hostlock restore plex --to HEAD~1 -i nixpkgs
              hostlock restore plex --to generation:12 --commit
            """)
        { _host, _to, _inputs };
        foreach (var option in _restoring.Options)
            command.Add(option);
        return command;
    }

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Together;

    public override Task<ExitCode> RunAsync(CommandRun run)
    {
        var version = LockVersion.Of(run.Folder, run.Folder.OwnerNamed(run.Value(_host)), run.Value(_to)!);
        var inputs = CommonOptions.InputPaths(run.Words(_inputs));
        string[] words =
            ["restore", version.Place.Name, "--to", run.Value(_to)!, .. inputs.SelectMany(input => new[] { "-i", input.ToString() })];
        return _restoring.RunAsync(run, words, version.Place, async stop =>
        {
            var earlier = await run.Versions.ReadBytesAsync(version, stop);
            var source = $"{version.Place.RelativePath}@{run.Value(_to)}";
            return (inputs.IsEmpty
                ? PlannedLock.Restoring(version.Place, earlier, source)
                : PlannedLock.Restoring(version.Place, earlier, source, inputs)).KeepingFacts();
        });
    }
}
