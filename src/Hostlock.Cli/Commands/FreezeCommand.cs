using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Settings;
using Hostlock.Reporting;

namespace Hostlock.Cli.Commands;

/// <summary>Freezes an input of a host, in hostlock.toml.</summary>
sealed class FreezeCommand : FleetCommand
{
    readonly Argument<string> _host = CommonOptions.One("host", "HOST", "A host");
    readonly Argument<string> _input;
    readonly Option<string?> _reason = new("--reason")
    {
        Description = "The reason, which messages about the freeze show",
        HelpName = "TEXT",
    };
    readonly Option<string?> _until = new("--until") { Description = "The last day of the freeze, such as 2026-12-31", HelpName = "DAY" };
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public FreezeCommand() => _input = CommonOptions.Input(_host);

    protected override Command Describe() => new("freeze", """
        Keep an input of a host at its locked revision

        The freeze is written to hostlock.toml, whose comments and layout stay. No
        update moves the input until the freeze is removed.

          hostlock freeze plex nixpkgs --reason 'zfs does not build'
          hostlock freeze plex nixpkgs --until 2026-12-31
        """)
    { _host, _input, _reason, _until, _dryRun };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Together;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var (host, input) = (run.Folder.OwnerNamed(run.Value(_host)), run.Value(_input));
        var until = run.Value(_until) is { } word ? Freeze.ParseDay(word, run.Today) : (DateOnly?)null;
        var freeze = new Freeze(run.Value(_reason) ?? Freeze.NoReason, until);
        new FleetFileChange(run.Processes, run.Folder, isDryRun: true).Freeze(host, input, freeze);
        await run.ReadyAsync();
        new FleetFileChange(run.Processes, run.Folder, run.Value(_dryRun)).Freeze(host, input, freeze);
        run.Terminal.Data(FreezeText.Render(host, input, freeze, isWritten: !run.Value(_dryRun)));
        return ExitCode.Done;
    }
}
