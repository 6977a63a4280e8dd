using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Hostlock.Fleets.History;
using Hostlock.Fleets.Undoing;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Shows what was done in the flake, or the changes of a lock.</summary>
sealed class LogCommand : FleetCommand
{
    const int Most = 10_000;

    readonly Argument<string?> _host = CommonOptions.OneAtMost("host", "HOST", "A host, or root [default: all that was done]");
    readonly Option<int> _most = new("--max-count")
    {
        Description = "The most lines or commits to show",
        HelpName = "N",
        DefaultValueFactory = _ => 20,
        CustomParser = Count,
    };

    public override CommandNature Nature => new(NetworkUse.None);

    protected override Command Describe() => new("log", """
        Show what was done, or the history of one lock

        A line says when, by which command or commit, whose locks, and what moved. For
        a host, the commits that changed its lock are listed, with what they moved.

          hostlock log
          hostlock log plex --max-count 5
        """)
    { _host, _most, CommonOptions.Json };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Each;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        if (run.Value(_host) is not { } host)
        {
            var things = await DoneThings.ReadAsync(run.Processes, run.Folder, run.Value(_most), run.CancellationToken);
            run.Print(() => DoneText.Render(things, run.Terminal.Ink), () => DoneJson.Render(things));
            return ExitCode.Done;
        }
        var place = run.PlaceNamed(host);
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
