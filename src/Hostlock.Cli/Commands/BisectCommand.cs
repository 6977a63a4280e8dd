using System.CommandLine;
using System.Globalization;
using Hostlock.Fleets;
using Hostlock.Fleets.Bisecting;
using Hostlock.Fleets.History;
using Hostlock.Reporting;

namespace Hostlock.Cli.Commands;

/// <summary>Finds which input broke a host, and which revision of it, by trying locks between a good one and a bad one.</summary>
sealed class BisectCommand : FleetCommand
{
    readonly Argument<string> _host = CommonOptions.One("host", "HOST", "The host whose lock is tried, or root");
    readonly Option<string> _good = new("--good")
    {
        Description = "The good lock: a host, a file, or HOST@COMMIT",
        HelpName = "A",
        Required = true,
    };
    readonly Option<string?> _bad = new("--bad") { Description = "The bad lock [default: the host's own]", HelpName = "B" };
    readonly Option<string> _run = new("--run")
    {
        Description = "The shell command that tests a lock: 0 is good, 125 skips, others are bad",
        HelpName = "CMD",
        Required = true,
    };
    readonly Option<bool> _inputsOnly = new("--inputs-only") { Description = "Find only the input, and not its revision" };

    protected override Command Describe() => new("bisect", """
        Find which input broke a host, and which revision of it

        Tries locks between a good one and a bad one in place of the host's own, which
        is put back at the end. An interrupted search goes on where it stopped.

          hostlock bisect plex --good plex@HEAD~1 --run 'nix build .#checks'
          hostlock bisect plex --good web --run ./works.sh --inputs-only
        """)
    { _host, _good, _bad, _run, _inputsOnly };

    protected override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var place = run.Folder.PlaceNamed(run.Value(_host));
        var bisection = new BisectRun(run.Processes, run.Folder, new BisectLines(run.Terminal, place.Owner))
        {
            Versions = run.Versions,
            Source = () => run.Fetcher,
            CacheFolder = run.Surroundings.CacheFolder,
        };
        var request = new BisectRequest(
            place, Version(run.Value(_good)!), run.Value(_bad) is { } word ? Version(word) : null, run.Value(_run)!)
        {
            StopsAtInput = run.Value(_inputsOnly),
        };
        var result = await bisection.FindAsync(request, run.CancellationToken);
        if (result.Culprits.IsEmpty)
        {
            run.Terminal.Data("no input of the flake differs between the two locks\n");
            return ExitCode.No;
        }
        Show(run.Terminal, place.Owner, result);
        return ExitCode.Done;

        LockVersion Version(string word) => LockVersion.Parse(run.Folder, word, run.Surroundings.Folder);
    }

    static void Show(Terminal terminal, LockOwner owner, BisectResult result)
    {
        var (input, word) = (Visible.Name(result.Culprits[0]), ShellWord.Quote(result.Culprits[0]));
        var culprits = result.Revisions?.Culprits ?? [];
        if (culprits.Count > 1)
            terminal.Data(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"one of these {culprits.Count} revisions of {input} did, nothing can be told of the others:\n"));
        foreach (var culprit in culprits)
        {
            terminal.Data(
                $"{(culprits.Count > 1 ? "  " : $"the first bad revision of {input} is ")}{culprit.Id} ({culprit.Time ?? default})\n");
            if (result.Locked is { } locked && CompareLink.Of(locked, culprit.Id.ToString()) is { } link)
                terminal.Data($"  {link}\n");
        }
        if (result.LastGood is { } revision)
        {
            terminal.Data($"to keep the rest and hold it back:\n  hostlock update {owner} -i {word} --to {revision} --allow-downgrade\n");
            terminal.Data($"  hostlock freeze {owner} {word}\n");
        }
    }
}
