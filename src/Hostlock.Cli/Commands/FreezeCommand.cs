using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Settings;
using Hostlock.Reporting;

namespace Hostlock.Cli.Commands;

/// <summary>Freezes inputs of hosts, in hostlock.toml.</summary>
sealed class FreezeCommand : FleetCommand
{
    readonly FrozenWords _words = new();
    readonly Option<string?> _reason = new("--reason")
    {
        Description = "The reason, which messages about the freeze show",
        HelpName = "TEXT",
    };
    readonly Option<string?> _until = new("--until") { Description = "The last day of the freeze, such as 2026-12-31", HelpName = "DAY" };
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public override CommandNature Nature => new(NetworkUse.None) { Asks = true, Writes = true };

    protected override Command Describe() => new("freeze", """
        Keep an input of one or more hosts at its locked revision

        The freeze is written to hostlock.toml, whose comments and layout stay. No
        update moves the input until the freeze is removed.

          hostlock freeze plex nixpkgs --reason 'zfs does not build'
          hostlock freeze plex web nixpkgs --until 2026-12-31
        """)
    { _words.Words, _words.Inputs, _reason, _until, _words.All, _dryRun };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Together;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var (hosts, inputs) = await _words.ReadAsync(run);
        var until = run.Value(_until) is { } word ? Freeze.ParseDay(word, run.Today) : (DateOnly?)null;
        var freeze = new Freeze(run.Value(_reason) ?? Freeze.NoReason, until);
        new FleetFileChange(run.Folder, isDryRun: true).Freeze(hosts, inputs, freeze);
        await run.ReadyAsync();
        new FleetFileChange(run.Folder, run.Value(_dryRun)).Freeze(hosts, inputs, freeze);
        run.ReportText(
            isDone: !run.Value(_dryRun),
            string.Concat(
                from host in hosts
                from input in inputs
                select FreezeText.Render(host, input, freeze, isWritten: !run.Value(_dryRun))));
        return ExitCode.Done;
    }
}
