using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Bisecting;
using Hostlock.Fleets.History;
using Hostlock.Reporting;

namespace Hostlock.Cli.Commands;

/// <summary>Finds which input broke a host, and which revision of it, by trying locks between a good one and a bad one.</summary>
sealed class BisectCommand : FleetCommand
{
    /// <summary>The name of the command.</summary>
    public const string Name = "bisect";

    readonly Argument<string> _host = CommonOptions.One("host", "HOST", "The host whose lock is tried, or root");
    readonly CommitOption _good = new("--good") { Description = "The good lock: a commit, a day, a host, or a file", HelpName = "A" };
    readonly CommitOption _bad = new("--bad") { Description = "The bad lock [default: the host's own]", HelpName = "B" };
    readonly Option<string?> _run = new("--run")
    {
        Description = "The shell command that tests a lock: 0 is good, 125 skips, others below 128 are bad",
        HelpName = "CMD",
    };
    readonly Option<bool> _inputsOnly = new("--inputs-only") { Description = "Find only the input, and not its revision" };
    readonly Option<bool> _resume = new("--resume") { Description = "Go on with the search that was broken off" };
    readonly Option<bool> _abandon = new("--abandon") { Description = "End the search that was broken off" };

    public override CommandNature Nature => new(NetworkUse.Fetches) { Asks = true, MaySayNo = true };

    protected override Command Describe() => new(Name, """
        Find which input broke a host, and which revision of it

        Tries locks between a good one and a bad one in a copy of the flake, where the
        command runs; your files stay as they are. The copy has all files that git does
        not ignore. HOSTLOCK_HOST is the host, HOSTLOCK_FLAKE the copy and
        HOSTLOCK_ORIGINAL your flake. A search that was broken off stays open.

          hostlock bisect plex --good HEAD~1 --run 'nix build .#checks'
          hostlock bisect plex --good web --run ./works.sh --inputs-only
          hostlock bisect plex --resume
        """)
    { _host, _good, _bad, _run, _inputsOnly, _resume, _abandon };

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        await run.Picks.HostAsync(_host);
        var place = run.Named.PlaceNamed(run.Value(_host));
        await run.WarnOfUnmergedAsync(place);
        var bisection = new BisectRun(run.Processes, run.Folder, new BisectLines(run.Terminal, place.Owner))
        {
            Versions = run.Versions,
            Source = () => run.Fetcher,
            CacheFolder = run.Cache.Path,
        };
        var request = Request(run, place);
        if (request is null)
        {
            bisection.Abandon(place);
            run.Terminal.Data($"the bisect of {place.Owner} is ended\n");
            return ExitCode.Done;
        }
        BisectResult result;
        try
        {
            result = await bisection.FindAsync(request, run.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            run.Terminal.Talk($"to go on with the search: {run.Line(Name, place.Name, "--resume")}\n");
            throw;
        }
        run.Terminal.Data(BisectText.Render(place.Owner, result, run.Terminal.CommandsHere, run.Terminal.Ink));
        return result.Culprits.IsEmpty ? ExitCode.No : ExitCode.Done;
    }

    // Null if the open search is to be abandoned.
    BisectRequest? Request(CommandRun run, LockPlace place)
    {
        var (good, bad, command, resumes, abandons) =
            (run.Value(_good), run.Value(_bad), run.Value(_run), run.Value(_resume), run.Value(_abandon));
        if (resumes || abandons)
        {
            if ((resumes && abandons) || run.Value(_inputsOnly) || (good ?? bad ?? command) is not null)
                throw FleetException.BisectIsSet();
            return resumes ? new BisectRequest.Resume(place) : null;
        }
        if (good is null || command is null)
            throw FleetException.BisectNeeds(place, OpenSearch.Of(run.Cache.Path, run.Folder.Path, place).IsOpen);
        return new BisectRequest.Begin(place, Version(good), bad is null ? null : Version(bad), command)
        {
            StopsAtInput = run.Value(_inputsOnly),
        };

        LockVersion Version(string word) => LockVersion.ParseOf(run.Folder, place.Owner, word, run.Surroundings.Folder);
    }
}
