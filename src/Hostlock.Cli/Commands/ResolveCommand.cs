using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Merging;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Settles locks that git could not merge, input by input.</summary>
sealed class ResolveCommand : FleetCommand
{
    const string Name = "resolve";

    readonly Argument<string[]> _hosts = CommonOptions.Hosts("Hosts, root or @RING");
    readonly Option<string[]> _inputs = CommonOptions.Inputs("An input to settle, by its path; all if none is named");
    readonly Option<bool> _ours = new("--ours") { Description = "Take the pins of the branch that is merged into" };
    readonly Option<bool> _theirs = new("--theirs") { Description = "Take the pins of the branch that is merged" };
    readonly Option<bool> _newer = new("--newer") { Description = "Take the newer pin of each input, if both sides ask for the same" };
    readonly Option<bool> _all = CommonOptions.All();
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public override CommandNature Nature => new(NetworkUse.None) { Asks = true, Writes = true, MaySayNo = true };

    public override JsonShape? Shape => ResolutionJson.Shape;

    protected override Command Describe() => new(Name, """
        Settle the locks that git could not merge

        Without a side, shows both sides of each conflict and writes nothing. When
        nothing is left to settle, the lock is added to git's index.

          hostlock resolve plex --theirs
          hostlock resolve plex -i nixpkgs --newer
        """)
    { _hosts, _inputs, _ours, _theirs, _newer, _all, _dryRun, CommonOptions.Json };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Each;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var request = new ResolutionRequest(CommonOptions.InputPaths(run.Words(_inputs)), Choice(run));
        // To look at conflicts, no host has to be named.
        var isNamed = run.Words(_hosts).Length > 0;
        if (request.Choice is not null)
            await run.Picks.HostsAsync(_hosts, _all);
        var places = request.Choice is null ? run.Named.PlacesOrAll(_hosts, _all) : run.Named.Places(_hosts, _all);
        var isWritten = request.Choice is not null && !run.Value(_dryRun);
        IReadOnlyList<LockResolution> resolutions = [];
        var resolving = new LockResolving(run.Processes, run.Folder);
        await resolving.RunAsync(
            stop => resolving.FindAsync(places, isNamed, merged => run.Terminal.Talk($"{merged.Name}: settled already\n"), stop), request,
            isWritten ? Words(run) : null, Show, run.CancellationToken);
        var left = resolutions.SelectMany(resolution => resolution.Merge.Left).ToList();
        if (left.Count > 0)
            run.Terminal.Problem(
                run.Terminal.Typed($"take a side of each: hostlock resolve HOST [-i INPUT] {ConflictText.Options([.. left])}\n"));
        else if (resolutions.Count > 0 && request.Choice is null)
            run.Terminal.Talk(run.Terminal.Quoted("the sides differ on nothing: 'hostlock resolve HOST --ours' writes the merge\n"));
        return left.Any(request.Names) ? ExitCode.No : ExitCode.Done;

        void Show(IReadOnlyList<LockResolution> merges)
        {
            resolutions = merges;
            run.Report(
                isWritten,
                () =>
                    merges.Count == 0
                        ? "git has no conflict in any lock\n"
                        : ConflictText.Render(merges, isWritten, run.Terminal.Ink),
                () => ResolutionJson.Render(merges, isWritten));
            run.Terminal.Flush();
        }
    }

    // The words of the command, as an undertaking records them.
    string[] Words(CommandRun run) =>
    [
        Name,
        .. run.Words(_hosts),
        .. run.Words(_inputs).SelectMany(input => new[] { _inputs.Name, input }),
        .. new Option<bool>[] { _ours, _theirs, _newer, _all }.Where(run.Value).Select(option => option.Name),
    ];

    MergeChoice? Choice(CommandRun run)
    {
        (Option<bool> Option, MergeChoice Choice)[] choices =
        [
            (_ours, MergeChoice.Ours),
            (_theirs, MergeChoice.Theirs),
            (_newer, MergeChoice.Newer),
        ];
        return choices.Where(choice => run.Value(choice.Option)).Select(choice => choice.Choice).ToList() switch
        {
            [] => null,
            [var choice] => choice,
            _ => throw FleetException.SeveralSides(),
        };
    }
}
