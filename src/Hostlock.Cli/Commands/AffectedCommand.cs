using System.CommandLine;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Names the hosts whose systems differ from those of an earlier commit, for a CI that builds them.</summary>
sealed class AffectedCommand : FleetCommand
{
    readonly Argument<string[]> _hosts = CommonOptions.Machines("Hosts or @RING [default: every host]");
    readonly Option<bool> _all = CommonOptions.AllHosts();
    readonly CommitOption _base = new("--base") { Description = "The commit that is compared with the files", HelpName = "COMMIT" };
    readonly Option<bool> _evaluate = new("--evaluate") { Description = "Evaluate every host, also those that no difference can concern" };
    readonly Option<string> _format = NewFormat();

    public override CommandNature Nature => new(NetworkUse.None) { MayBePartial = true, RunsNix = true };

    public override JsonShape? Shape => AffectedJson.Shape;

    protected override Command Describe() =>
        new("affected", """
            List the hosts whose systems differ from those of a commit

            Compares the files as they are now, committed or not, with those of the commit
            itself. A host is evaluated by nix, or by nix-eval-jobs if it is on the PATH.
            A host is left out if only the locks of other hosts differ, unless code of the
            flake may see more than the files that it names (docs/affected.md).
            With --format matrix, prints the build matrix of a CI on one line.

              hostlock affected --base origin/main
              hostlock affected --base HEAD~1 @servers
              hostlock affected --base origin/main --format matrix > matrix.json
            """)
        { _hosts, _all, _base, _evaluate, _format, CommonOptions.Json };

    // A matrix is one document, and has no place for the name of a flake.
    public override FlakeReach Reach(CommandRun run) => run.Value(_format) == "matrix" && !run.IsJson ? FlakeReach.One : FlakeReach.Each;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var word = run.Needed(_base);
        var hosts = run.Named.Hosts(_hosts, _all);
        var affected = await run.AffectedHosts.SinceAsync(
            word, hosts, isAll: run.Words(_hosts).Length == 0, run.Value(_evaluate), run.CancellationToken);
        if (run.Value(_format) == "matrix" && !run.IsJson)
            run.Terminal.Data(AffectedJson.Matrix(affected));
        else
            run.Print(() => AffectedText.Render(affected, run.Terminal.Ink), () => AffectedJson.Render(affected));
        if (!run.IsJson)
            run.Terminal.Talk(AffectedText.Counts(affected, word));
        foreach (var (_, why) in affected.Failed)
            run.Terminal.Error(why);
        return affected.Failed.IsEmpty ? ExitCode.Done : ExitCode.Partly;
    }

    static Option<string> NewFormat() => CommonOptions.OneOf(
        new("--format")
        {
            Description = "The form of the answer: text or matrix",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => "text",
        },
        "text", "matrix");
}
