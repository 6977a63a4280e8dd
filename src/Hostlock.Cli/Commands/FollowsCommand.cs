using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Shows the inputs that a lock has more than once, and joins them.</summary>
sealed class FollowsCommand : FleetCommand
{
    const string Name = "follows";

    readonly Argument<string[]> _hosts = CommonOptions.Hosts("Hosts, root or @RING [default: every lock]");
    readonly Option<string[]> _inputs = CommonOptions.AskedInputs();
    readonly Option<bool> _write = new("--write") { Description = "Write the lines, and bring the locks in line" };
    readonly Option<bool> _commit = new("--commit") { Description = "With --write: commit the file and the locks, and only them" };
    readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "With --write: show what would change and write nothing" };
    readonly Option<bool> _all = CommonOptions.All();

    public override CommandNature Nature => new(NetworkUse.Fetches) { Writes = true, MayBePartial = true };

    public override JsonShape? Shape => JsonShape.EitherOf(FollowsJson.Shape, ReportJson.DeclarationShape);

    protected override Command Describe() =>
        new(Name, """
            Show repeated inputs, and the follows lines that would join them

            Prints the lines of flake.nix that make repeated inputs follow one of them. With
            --write, they are written, and the locks are brought in line in the same step.

              hostlock follows plex
              hostlock follows -i nixpkgs
              hostlock follows --write
            """)
        { _hosts, _inputs, _all, _write, _commit, _dryRun, CommonOptions.Json };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Each;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        if (run.Value(_dryRun) && !run.Value(_write))
            throw FleetException.NeedsOption("--dry-run", "--write");
        if (run.Value(_commit) && !run.Value(_write))
            throw FleetException.NeedsOption("--commit", "--write");
        var places = run.Named.PlacesOrAll(_hosts, _all);
        if (run.Value(_write))
            return await WriteAsync(run, places);
        await run.WarnOfUnmergedAsync(places);
        var found = RepeatedInputs.In(run.Folder, places, run.Asked(_inputs));
        run.Print(() => RepetitionText.Render(found, run.Terminal.Ink), () => FollowsJson.Render(found));
        return ExitCode.Done;
    }

    Task<ExitCode> WriteAsync(CommandRun run, IReadOnlyList<LockPlace> places)
    {
        places = RepeatedInputs.OfOneFile(places, areNamed: run.Words(_hosts).Length > 0);
        var file = places is [var first, ..] ? first.DeclaredIn : FleetFolder.FlakeFile;
        var host = file == FleetFolder.FlakeFile ? null : places[0].Owner as LockOwner.Host;
        var changes = Repetition.Joining(
            RepeatedInputs.In(run.Folder, places, run.Asked(_inputs)).SelectMany(found => found.Repetitions));
        if (changes.IsEmpty)
        {
            run.Print(() => "nothing is repeated\n", () => ReportJson.Render(new DeclarationPlan(file, "", "", []), isWritten: false));
            return Task.FromResult(ExitCode.Done);
        }
        return DeclarationChanging.RunAsync(
            run,
            [Name, .. run.Words(_hosts), .. run.Words(_inputs).SelectMany(input => new[] { _inputs.Name, input }), _write.Name],
            new InputRequest(changes, host?.Name),
            run.Mode(_dryRun, _commit, LockUpdating.Note with { Action = Name }));
    }
}
