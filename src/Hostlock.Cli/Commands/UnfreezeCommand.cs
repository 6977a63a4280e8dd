using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Settings;
using Hostlock.Reporting;

namespace Hostlock.Cli.Commands;

/// <summary>Removes a freeze from hostlock.toml.</summary>
sealed class UnfreezeCommand : FleetCommand
{
    readonly FrozenWords _words = new();
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public override CommandNature Nature => new(NetworkUse.None) { Asks = true, Writes = true };

    protected override Command Describe() => new("unfreeze", """
        Let a frozen input of one or more hosts move again

        Removes the freeze from hostlock.toml, and changes nothing else.

          hostlock unfreeze plex nixpkgs
          hostlock unfreeze --all nixpkgs --dry-run
        """)
    { _words.Words, _words.Inputs, _words.All, _dryRun };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Together;

    // All flakes may have the inputs of the hosts, and only one may freeze them. A run that was broken off is finished.
    public override IEnumerable<FleetFolder> About(CommandRun run, IReadOnlyList<FleetFolder> flakes) =>
        flakes.Where(flake => _words.AreFrozenIn(run, flake));

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var (hosts, inputs) = await _words.ReadAsync(run);
        await run.ReadyAsync();
        var (undertaking, frozen) = new FleetFileChange(run.Folder, run.Value(_dryRun)).Unfreeze(hosts, inputs);
        foreach (var (host, input) in from host in hosts from input in inputs select (host, input))
        {
            if (frozen.Contains((host, input)))
                run.ReportText(isDone: !run.Value(_dryRun), FreezeText.Render(host, input, null, isWritten: !run.Value(_dryRun)));
            else
                run.Terminal.Talk($"{host}  {Visible.Name(input)}  was not frozen\n");
        }
        run.Terminal.Flush();
        undertaking?.End();
        return ExitCode.Done;
    }
}
