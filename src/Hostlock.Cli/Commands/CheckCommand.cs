using System.CommandLine;
using Hostlock.Fleets.Checks;
using Hostlock.Fleets.History;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Checks the fleet, for a CI to run.</summary>
sealed class CheckCommand : FleetCommand
{
    readonly CommitOption _base = new("--base")
    {
        Description = "Also refuse inputs that went back in time since this commit",
        HelpName = "COMMIT",
    };
    readonly Option<bool> _fetch = new("--fetch") { Description = "Also fetch every locked tree again, and compare its hash" };
    readonly Option<bool> _strict = new("--strict") { Description = "Fail on warnings too" };
    readonly Option<string> _format = NewFormat();

    public override CommandNature Nature => new(NetworkUse.Fetches) { MaySayNo = true };

    public override JsonShape? Shape => CheckJson.Shape;

    protected override Command Describe() =>
        new("check", """
            Check that locks exist, are complete, and are in line with flake.nix

            Made for a CI: it exits with 1 if it finds an error, and names the file, and the
            command that fixes the problem. docs/checks.md lists the rules.

              hostlock check
              hostlock check --base origin/main --format github
            """)
        { _base, _fetch, _strict, _format, CommonOptions.Json };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Each;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var fleet = await run.CheckedAsync();
        if (run.Value(_base) is { } commit)
        {
            using var history = LockHistory.Open(run.Processes, run.Folder);
            fleet = fleet with { Earlier = await EarlierLocks.ReadAsync(history, fleet.Locks, commit, run.CancellationToken) };
        }
        if (run.Value(_fetch))
            fleet = fleet with { Refetched = await RefetchedTrees.FetchAnewAsync(fleet.Locks, run.NewFetcher, run.CancellationToken) };
        var findings = FleetCheck.Findings(fleet)
            .Select(finding => finding with { Problem = Typed(finding.Problem, run.Terminal) })
            .ToList();
        if (run.Value(_format) == "github" && !run.IsJson)
            run.Terminal.Commands(FindingText.GitHub(findings, fleet.FolderInRepository));
        else
            run.Print(
                () => FindingText.Render(findings, fleet.Locks.Count, run.Terminal.Ink, run.Folder.Fleet)
                    + FindingText.Counts(findings, fleet.Locks.Count),
                () => CheckJson.Render(findings));
        return findings.Any(finding => finding.Severity == Severity.Error || run.Value(_strict)) ? ExitCode.No : ExitCode.Done;
    }

    static Problem Typed(Problem problem, Terminal terminal) => problem with
    {
        Message = terminal.Quoted(problem.Message),
        Fix = problem.Fix is { } fix ? terminal.Typed(fix) : null,
        Common = problem.Common is { Fix: { } command } common
            ? common with { Fix = command with { Start = terminal.Typed(command.Start) } }
            : problem.Common,
    };

    static Option<string> NewFormat() => CommonOptions.OneOf(
        new("--format")
        {
            Description = "The form of the findings: text or github",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => "text",
        },
        "text", "github");
}
