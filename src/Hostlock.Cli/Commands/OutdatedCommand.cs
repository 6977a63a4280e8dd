using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Shows which inputs an update would move, without writing anything or fetching a tree.</summary>
sealed class OutdatedCommand : FleetCommand
{
    readonly Argument<string[]> _hosts = CommonOptions.Hosts(
        "Hosts, root or @RING [default: the host that is this machine, or every lock]");
    readonly Option<string[]> _inputs = CommonOptions.Inputs("An input to look at, by its name [default: all]");
    readonly Option<bool> _all = CommonOptions.All();

    public override CommandNature Nature => new(NetworkUse.Fetches) { MayBePartial = true };

    public override JsonShape? Shape => OutdatedJson.Shape;

    protected override Command Describe() => new("outdated", """
        Show what an update would move, and write nothing

        Asks upstream for revisions only, and downloads no tree. Shows how many days
        and commits each input is behind.

          hostlock outdated
          hostlock outdated plex
        """)
    { _hosts, _inputs, _all, CommonOptions.Json };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Each;

    public override IEnumerable<FleetFolder> About(CommandRun run, IReadOnlyList<FleetFolder> flakes) =>
        run.Named.WithHostHere(_hosts, _all, flakes);

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var places = run.Named.PlacesHereOrAll(_hosts, _all);
        await run.WarnOfUnmergedAsync(places);
        await PolicyNames.RequireKnownAsync(run.Folder, places, run.Declarations, run.CancellationToken);
        var locks = await new Outdated(run.Fetcher, run.Folder.Fleet.Policies, run.Now).LookAsync(
            places, CommonOptions.InputPaths(run.Words(_inputs)), run.CancellationToken);
        run.Print(() => run.Terminal.Quoted(OutdatedTable.Render(locks, run.Terminal.Ink)), () => OutdatedJson.Render(locks));
        // A lock that was asked for by name and does not exist is a mistake.
        if (run.Words(_hosts).Length > 0 && locks.FirstOrDefault(outdated => !outdated.HasLock) is { Place: var missing })
            return locks.Any(outdated => outdated.HasLock) ? ExitCode.Partly : throw FleetException.NoLock(missing);
        var problems = locks.SelectMany(outdated => outdated.Inputs).Count(input => input.Problem is not null);
        return problems == 0
            ? ExitCode.Done
            : problems == locks.Sum(outdated => outdated.Inputs.Length)
            ? ExitCode.Outside
            : ExitCode.Partly;
    }
}
