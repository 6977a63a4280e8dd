using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Settings;
using Hostlock.Reporting;

namespace Hostlock.Cli.Commands;

/// <summary>Removes a freeze from hostlock.toml.</summary>
sealed class UnfreezeCommand : FleetCommand
{
    readonly Argument<string> _host = CommonOptions.One("host", "HOST", "A host");
    readonly Argument<string> _input;
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public UnfreezeCommand() => _input = CommonOptions.Input(_host);

    protected override Command Describe() => new("unfreeze", """
        Let a frozen input of a host move again

        Removes the freeze from hostlock.toml, and changes nothing else.

          hostlock unfreeze plex nixpkgs
          hostlock unfreeze plex nixpkgs --dry-run
        """)
    { _host, _input, _dryRun };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Together;

    // The host may have the input in all, and be frozen in one of them; one that was broken off half-way is finished.
    public override IEnumerable<FleetFolder> About(CommandRun run, IReadOnlyList<FleetFolder> flakes)
    {
        var (word, input) = (run.Value(_host), run.Value(_input));
        return flakes.Where(
            flake =>
                (flake.TryOwnerNamed(word) is LockOwner.Host(var host) && flake.HostOf(host).Frozen.ContainsKey(input))
                || Undertaking.Find(run.Processes, flake, ["unfreeze", word, input]) is not null);
    }

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var (host, input) = (run.Folder.OwnerNamed(run.Value(_host)), run.Value(_input));
        await run.ReadyAsync();
        var undertaking = new FleetFileChange(run.Processes, run.Folder, run.Value(_dryRun)).Unfreeze(host, input);
        run.Terminal.Data(FreezeText.Render(host, input, null, isWritten: !run.Value(_dryRun)));
        run.Terminal.Flush();
        undertaking?.End();
        return ExitCode.Done;
    }
}
