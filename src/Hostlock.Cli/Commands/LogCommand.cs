using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Fleets.Undoing;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Shows what was done in the flake, or the changes of a lock.</summary>
sealed class LogCommand : FleetCommand
{
    const int Most = 10_000;

    readonly Argument<string?> _host = CommonOptions.OneAtMost("host", "HOST", "A host, or root [default: all that was done]");
    readonly Option<string[]> _inputs = CommonOptions.AskedInputs();
    readonly Option<int> _most = new("--max-count")
    {
        Description = "The most lines or commits to show",
        HelpName = "N",
        DefaultValueFactory = _ => 20,
        CustomParser = Count,
    };

    public override CommandNature Nature => new(NetworkUse.None);

    public override JsonShape? Shape => JsonShape.EitherOf(DoneJson.Shape, LogJson.Shape);

    protected override Command Describe() => new("log", """
        Show what was done, or the history of one lock

        Each line says what moved in whose locks, when, and by which command or commit.
        For a host, lists the commits that changed its lock, and the inputs they moved.

          hostlock log
          hostlock log plex -i nixpkgs --max-count 5
        """)
    { _host, _inputs, _most, CommonOptions.Json };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Each;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var asked = run.Asked(_inputs);
        if (run.Value(_host) is not { } host)
        {
            var things = await DoneThings.ReadAsync(run.Processes, run.Folder, asked, run.Value(_most), run.CancellationToken);
            if (things.Count == 0)
                RequireKnown(asked, run.Folder.AllPlaces());
            run.Print(() => DoneText.Render(things, run.Screen), () => DoneJson.Render(things));
            return ExitCode.Done;
        }
        var place = run.Named.PlaceNamed(host);
        await run.WarnOfUnmergedAsync(place);
        using var history = LockHistory.Open(run.Processes, run.Folder);
        var changes = await history.OfAsync(place, asked, run.Value(_most), run.CancellationToken);
        if (changes.Count == 0)
            RequireKnown(asked, [place]);
        run.Print(
            () => changes.Count == 0
                ? $"git has no history of {(asked.IsAll ? "" : $"{string.Join(", ", asked.Named)} in ")}{place.RelativePath}\n"
                : HistoryText.Render(changes, run.Terminal.Ink),
            () => LogJson.Render(place.Owner, changes));
        if (changes.Select(change => change.Why).OfType<HostlockException>().FirstOrDefault() is { } why)
            run.Terminal.Error(why);
        return ExitCode.Done;
    }

    // An earlier lock may have had an input that no lock has now.
    static void RequireKnown(InputSelection asked, IReadOnlyList<LockPlace> places) =>
        AskedInputs.Require(asked, [.. FleetStatus.Read(places).Select(status => (status.Place, status.Lock))]);

    static int Count(ArgumentResult result)
    {
        var word = result.Tokens.Single().Value;
        if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= Most)
            return count;
        result.AddError($"'--max-count' takes a number from 1 to {Most}, and '{word}' is none");
        return default;
    }
}
