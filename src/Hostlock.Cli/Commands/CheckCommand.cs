using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.Checks;
using Hostlock.Fleets.History;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>The gate of a CI.</summary>
sealed class CheckCommand(Surroundings surroundings)
{
    readonly Option<string?> _base = new("--base") { Description = "Also refuse what went back in time since this commit", HelpName = "COMMIT" };
    readonly Option<bool> _fetch = new("--fetch") { Description = "Also fetch all that is locked once more, and hash it" };
    readonly Option<bool> _strict = new("--strict") { Description = "Let warnings fail the check too" };
    readonly Option<string> _format = NewFormat();

    public Command Build()
    {
        var command = new Command("check", "Check that every lock is there, in line with flake.nix, and locked") { _base, _fetch, _strict, _format };
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(parsed, cancellationToken));
        return command;
    }

    async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var folder = surroundings.Open(parsed);
        var terminal = surroundings.TerminalFor(parsed);
        // Nothing is fetched to check; the fetcher is there for what is declared, which lies in the flake's own tree.
        using var lines = surroundings.FetchLines();
        await using var fetcher = surroundings.Fetcher(lines);
        var declarations = new HostUpdate(fetcher, surroundings.PlaceOf(folder));
        var fleet = await CheckedFleet.ReadAsync(folder, declarations, surroundings.Processes, surroundings.Time.GetUtcNow(), cancellationToken);
        if (parsed.GetValue(_base) is { } commit)
        {
            using var history = LockHistory.Open(surroundings.Processes, folder);
            fleet = fleet with { Earlier = await EarlierLocks.ReadAsync(history, fleet.Locks, commit, cancellationToken) };
        }
        if (parsed.GetValue(_fetch))
            fleet = fleet with { Refetched = await RefetchAsync(fleet.Locks, cancellationToken) };
        var findings = FleetCheck.Findings(fleet);
        terminal.Data(parsed.GetValue(CommonOptions.Json) ? JsonOutput.Findings(findings)
            : parsed.GetValue(_format) == "github" ? FindingText.GitHub(findings)
            : FindingText.Render(findings, fleet.Locks.Count, terminal.Ink));
        return findings.Any(finding => finding.Severity == Severity.Error || parsed.GetValue(_strict)) ? ExitCode.No : ExitCode.Done;
    }

    // By a fetcher that remembers nothing of earlier runs.
    async Task<RefetchedTrees> RefetchAsync(IReadOnlyList<LockStatus> locks, CancellationToken cancellationToken)
    {
        var anew = Directory.CreateTempSubdirectory("hostlock-check-").FullName;
        try
        {
            using var lines = surroundings.FetchLines();
            await using var fetcher = surroundings.Fetcher(lines, anew);
            return await RefetchedTrees.FetchAsync(locks, fetcher, cancellationToken);
        }
        finally
        {
            Directory.Delete(anew, recursive: true);
        }
    }

    static Option<string> NewFormat()
    {
        var format = new Option<string>("--format") { Description = "How to print findings: text or github", HelpName = "FORMAT", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "github");
        return format;
    }
}
