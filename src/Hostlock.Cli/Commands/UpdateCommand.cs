using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Moves inputs to their newest revisions, host by host, as <c>nix flake update</c> does.</summary>
sealed class UpdateCommand : FleetCommand
{
    readonly Argument<string[]> _hosts = CommonOptions.Hosts("Hosts, root or @RING [default: the host that is this machine]");
    readonly Option<string[]> _inputs = CommonOptions.Inputs("An input to move, by its path [default: all inputs]");
    readonly Option<string[]> _exclude = CommonOptions.Excluded();
    readonly Option<string?> _to = new("--to")
    {
        Description = "The branch, tag or revision to move one input to",
        HelpName = "REF-OR-REV",
    };
    readonly Option<string?> _minAge = new("--min-age") { Description = "Take no commit younger than this, such as 3d", HelpName = "TIME" };
    readonly Option<bool> _downgrade = CommonOptions.AllowDowngrade();
    readonly Option<bool> _commit = CommonOptions.Commit();
    readonly Option<bool> _all = CommonOptions.All();
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public override CommandNature Nature => new(NetworkUse.Fetches) { Asks = true, Writes = true, MaySayNo = true, MayBePartial = true };

    public override JsonShape? Shape => ReportJson.Shape;

    protected override Command Describe() =>
        new("update", """
            Update the lock of one or more hosts

            Moves inputs to the newest revision, to a given one, or to the newest of a
            given age. Frozen inputs stay. Nothing is written if another input would change.

              hostlock update plex -i nixpkgs
              hostlock update @canary --min-age 3d --commit
            """)
        { _hosts, _inputs, _to, _exclude, _minAge, _downgrade, _commit, _all, _dryRun, CommonOptions.Json };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Together;

    public override IEnumerable<FleetFolder> About(CommandRun run, IReadOnlyList<FleetFolder> flakes) =>
        run.Named.WithHostHere(_hosts, _all, flakes);

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        await run.Picks.HostsAsync(_hosts, _all, unlessHere: true);
        var places = run.Named.PlacesOrHere(_hosts, _all);
        var asked = run.Value(_minAge) is { } age ? Durations.Parse(age) : (TimeSpan?)null;
        var request = new UpdateRequest.Move(Inputs(run))
        {
            Ages = MinimumAges.Of(run.Folder.Fleet.Policies, asked, run.Now),
            AllowsDowngrade = run.Value(_downgrade),
        };
        return LockUpdating.CodeOf(await LockUpdating.RunAsync(run, places, request, run.Mode(_dryRun, _commit, LockUpdating.Note)));
    }

    MovedInputs Inputs(CommandRun run)
    {
        var (inputs, excluded) = (CommonOptions.InputPaths(run.Words(_inputs)), CommonOptions.InputPaths(run.Words(_exclude)));
        if (run.Value(_to) is { } to)
        {
            if (run.Value(_minAge) is not null)
                throw FleetException.ToChoosesItself();
            return inputs is [var one] && excluded.IsEmpty
                ? new MovedInputs.To(one, to)
                : throw FleetException.ToNeedsOneInput();
        }
        if (inputs.IsEmpty)
            return new MovedInputs.All([.. excluded.Select(path => path.ToString())]);
        return excluded.IsEmpty ? new MovedInputs.Named(inputs) : throw FleetException.ExcludesNamed();
    }
}
