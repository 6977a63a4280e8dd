using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Shows the changes of a lock, from git.</summary>
sealed class LogCommand : FleetCommand
{
    const int Most = 10_000;

    readonly Argument<string?> _host = CommonOptions.OneAtMost("host", "HOST", "A host, or root [default: root]");
    readonly Option<int> _most = new("--max-count")
    {
        Description = "The most commits to show",
        HelpName = "N",
        DefaultValueFactory = _ => 20,
        CustomParser = Count,
    };

    protected override Command Describe() => new("log", """
        Show the history of a lock, from git

        Lists the commits that changed a lock, with the inputs that each of them moved.

          hostlock log plex
          hostlock log plex --max-count 5
        """)
    { _host, _most, CommonOptions.Json };

    protected override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var place = run.Folder.PlaceNamed(run.Value(_host) ?? HostName.Root);
        await run.WarnOfUnmergedAsync(place);
        using var history = LockHistory.Open(run.Processes, run.Folder);
        var changes = await history.OfAsync(place, run.Value(_most), run.CancellationToken);
        run.Print(
            () => changes.Count == 0 ? $"git has no history of {place.RelativePath}\n" : HistoryText.Render(changes, run.Terminal.Ink),
            () => LogJson.Render(place.Owner, changes));
        if (changes.Select(change => change.Why).OfType<HostlockException>().FirstOrDefault() is { } why)
            run.Terminal.Error(why);
        return ExitCode.Done;
    }

    static int Count(ArgumentResult result)
    {
        var word = result.Tokens.Single().Value;
        if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= Most)
            return count;
        result.AddError($"'--max-count' takes a number from 1 to {Most}, and '{word}' is none");
        return default;
    }
}
