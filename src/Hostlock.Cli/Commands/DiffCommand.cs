using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Machines.Packages;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Compares two locks.</summary>
sealed class DiffCommand : FleetCommand
{
    readonly Argument<string?> _before = CommonOptions.OneAtMost(
        "before", "A",
        "A host, root, a lock file, HOST@COMMIT, HOST@running or HOST@generation:N [default: the host that is this machine]");
    readonly Argument<string?> _after = CommonOptions.OneAtMost(
        "after", "B", "The lock to compare it with [default: root; of HOST@… the host]");
    readonly Option<string[]> _inputs = CommonOptions.AskedInputs();
    readonly Option<bool> _exitCode = new("--exit-code") { Description = "Exit with 1 if the locks differ" };
    readonly Option<bool> _commits = new("--commits") { Description = "List the commits by which inputs moved" };
    readonly Option<string> _format = NewFormat();
    readonly Option<bool> _closure = new("--closure") { Description = "Compare the packages of the systems that the locks make" };

    public override CommandNature Nature => new(NetworkUse.Fetches) { Asks = true, MaySayNo = true };

    public override JsonShape? Shape => DiffJson.Shape;

    protected override Command Describe() => new("diff", """
        Compare two locks, input by input

        Shows the inputs that differ, with their revisions. The locks may be those of
        hosts, of commits, of days, or of machines. The older of the two comes first,
        whatever the order of the words.

          hostlock diff plex web -i nixpkgs
          hostlock diff plex@HEAD~1 --format markdown
        """)
    { _before, _after, _inputs, _exitCode, _closure, _commits, _format, CommonOptions.Json };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Each;

    public override IEnumerable<FleetFolder> About(CommandRun run, IReadOnlyList<FleetFolder> flakes) =>
        run.Named.WithHostHere(_before, null, flakes);

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var asked = run.Asked(_inputs);
        // The packages of a system are those of all its inputs.
        if (run.Value(_closure) && !asked.IsAll)
            throw UsageException.Excludes(_closure.Name, _inputs.Name);
        await run.Picks.HostAsync(_before, unlessHere: true);
        var before = run.Value(_before) ?? run.Named.HostHere.Name.ToString();
        var first = LockVersion.Parse(run.Folder, before, run.Surroundings.Folder);
        var after = run.Value(_after) ?? (first is LockVersion.Current ? HostName.Root : first.Owner.ToString());
        var second = LockVersion.Parse(run.Folder, after, run.Surroundings.Folder);
        await run.WarnOfUnmergedAsync([.. new[] { first, second }.OfType<LockVersion.Current>().Select(version => version.Place)]);
        var (older, newer, diff, rest) = await VersionComparison.OfAsync(
            run.Folder, run.Declarations,
            new(before, first, await run.Versions.ReadAsync(first, run.CancellationToken)),
            new(after, second, await run.Versions.ReadAsync(second, run.CancellationToken)),
            // A promotion goes the way that the words say, if they say one.
            isDirected: run.Value(_after) is not null, asked, run.CancellationToken);
        PackageDiff? closure = null;
        if (run.Value(_closure))
        {
            var host = older.Version.Host ?? newer.Version.Host ?? throw FleetException.ClosureNeedsHost();
            closure = await run.Systems.CompareAsync(host, older, newer, run.Terminal.Talk, run.CancellationToken);
        }
        var commits = run.Value(_commits) && !run.IsJson ? await CommitsAsync(run, diff) : "";
        run.Print(
            () => run.Value(_format) == "markdown"
                ? DiffMarkdown.Render(older.Word, newer.Word, diff, closure, commits, asked)
                : DiffText.Render(older.Word, newer.Word, diff, run.Terminal.Ink, asked)
                    + commits
                    + (rest is null ? "" : run.Terminal.Quoted(HeldText.Render(rest.From.Word, rest.To.Word, rest.Inputs, rest.To.Lock)))
                    + (closure is null ? "" : $"\n{PackageText.Render(closure, run.Terminal.Ink)}"),
            () => DiffJson.Render(older.Word, newer.Word, diff, closure, rest?.Inputs));
        return run.Value(_exitCode) && !diff.IsEmpty ? ExitCode.No : ExitCode.Done;
    }

    async Task<string> CommitsAsync(CommandRun run, LockDiff diff)
    {
        var ink = run.Value(_format) == "markdown" ? Ink.Plain : run.Terminal.Ink;
        var moved = await MovedCommits.AskAsync(
            diff, (old, now) => run.Fetcher.CommitsAsync(old, now, CommitsText.Most, run.CancellationToken));
        return string.Concat(moved.Select(each => CommitsText.Render(each, ink)));
    }

    static Option<string> NewFormat()
    {
        var format = new Option<string>("--format")
        {
            Description = "The form of the text: text or markdown",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => "text",
        };
        format.AcceptOnlyFromAmong("text", "markdown");
        return format;
    }
}
