using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>What became of a lock, and when.</summary>
sealed class LogCommand(Surroundings surroundings)
{
    readonly Argument<string?> _host = CommonOptions.OneAtMost("host", "HOST", "A host, or root [default: root]");
    readonly Option<int> _most = new("--max-count") { Description = "How many commits to show", HelpName = "N", DefaultValueFactory = _ => 20 };

    public Command Build()
    {
        var command = new Command("log", "Show the history of a lock, from git") { _host, _most };
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(parsed, cancellationToken));
        return command;
    }

    async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var folder = surroundings.Open(parsed);
        var terminal = surroundings.TerminalFor(parsed);
        var place = folder.Places([parsed.GetValue(_host) ?? HostName.Root])[0];
        using var history = LockHistory.Open(surroundings.Processes, folder);
        var versions = await history.OfAsync(place, Math.Clamp(parsed.GetValue(_most), 1, 10_000), cancellationToken);
        if (parsed.GetValue(CommonOptions.Json))
            terminal.Data(JsonOutput.History(place.Name, versions));
        else
            terminal.Data(versions.Count == 0 ? $"git has no history of {place.Shown}\n" : HistoryText.Render(versions, terminal.Ink));
        return ExitCode.Done;
    }
}
