using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.History;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Puts back earlier locks: those of a commit, of a day or of a generation.</summary>
sealed class RestoreCommand : FleetCommand
{
    readonly Argument<string[]> _hosts = CommonOptions.Hosts("Hosts, root or @RING");
    readonly CommitOption _to = new("--to")
    {
        Description = "The version: a commit, a day such as 2026-03-01, or generation:N",
        HelpName = "VERSION",
    };
    readonly Option<string[]> _inputs = CommonOptions.Inputs("An input to put back, with its own inputs [default: the whole lock]");
    readonly Option<bool> _all = CommonOptions.All();
    readonly LockRestoring _restoring = new();

    public override CommandNature Nature => new(NetworkUse.None) { Asks = true, Writes = true };

    public override JsonShape? Shape => ReportJson.Shape;

    protected override Command Describe()
    {
        var command = new Command("restore", """
            Put back an earlier lock of one or more hosts

            The earlier lock is put back byte for byte, or some inputs of it. If only the
            present lock has a hash of the same revision, the hash stays. The lock of a
            generation is read from the host's machine.

              hostlock restore plex --to 2026-03-01
              hostlock restore plex web --to HEAD~1 -i nixpkgs
              hostlock restore plex --to generation:12 --commit
            """)
        { _hosts, _to, _inputs, _all };
        foreach (var option in _restoring.Options)
            command.Add(option);
        return command;
    }

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Together;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        await run.Picks.HostsAsync(_hosts, _all);
        var owners = run.Named.Owners(_hosts, _all);
        await run.Picks.CommitAsync(_to, owners[0]);
        var to = run.Needed(_to);
        var inputs = CommonOptions.InputPaths(run.Words(_inputs));
        // Of hosts that share a lock, the first one that is named says which machine has its generation.
        var versions = owners.Select(owner => LockVersion.Of(run.Folder, owner, to))
            .DistinctBy(version => version.Place.FullPath).ToDictionary(version => version.Place.FullPath);
        LockPlace[] places = [.. versions.Values.Select(version => version.Place)];
        string[] words =
        [
            "restore", .. places.Select(place => place.Name), "--to", to,
            .. inputs.SelectMany(input => new[] { "-i", input.ToString() }),
        ];
        // One git process reads the versions of all locks.
        using var history = versions.Values.Any(version => version is LockVersion.Recorded)
            ? LockHistory.Open(run.Processes, run.Folder)
            : null;
        return await _restoring.RunAsync(run, words, places, async (place, stop) =>
        {
            var earlier = await run.Versions.ReadBytesAsync(versions[place.FullPath], stop, history);
            var source = $"{place.RelativePath}@{to}";
            return (inputs.IsEmpty
                ? PlannedLock.Restoring(place, earlier, source)
                : PlannedLock.Restoring(place, earlier, source, inputs)).KeepingFacts();
        });
    }
}
