using System.CommandLine;
using Hostlock.Fleets.Changes;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>What could move, without writing anything or fetching a tree.</summary>
sealed class OutdatedCommand(Surroundings surroundings)
{
    readonly Argument<string[]> _hosts = CommonOptions.Hosts("Hosts, root or @RING; every lock where none is named");

    public Command Build()
    {
        var command = new Command("outdated", "Show what an update would move, and write nothing") { _hosts };
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(parsed, cancellationToken));
        return command;
    }

    async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var folder = surroundings.Open(parsed);
        var terminal = surroundings.TerminalFor(parsed);
        var words = parsed.GetValue(_hosts) ?? [];
        await using var fetcher = surroundings.Fetcher(null);
        var locks = await new Outdated(fetcher, folder.Fleet.Policies, surroundings.Time.GetUtcNow())
            .LookAsync(words.Length == 0 ? folder.AllPlaces() : folder.Places(words), cancellationToken);
        terminal.Data(parsed.GetValue(CommonOptions.Json) ? JsonOutput.Outdated(locks) : OutdatedTable.Render(locks, terminal.Ink));
        var problems = locks.SelectMany(one => one.Inputs).Count(input => input.Problem is not null);
        return problems == 0 ? ExitCode.Done : problems == locks.Sum(one => one.Inputs.Length) ? ExitCode.Outside : ExitCode.Partly;
    }
}
