using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Fleets.Changes;
using Hostlock.Reporting;

namespace Hostlock.Cli.Commands;

/// <summary>Adopts a flake: shows the plan, asks, writes.</summary>
sealed class InitCommand : FleetCommand
{
    readonly Argument<string[]> _hosts = new("host")
    {
        Description = "Hosts [default: those under nixosConfigurations and the like]",
        HelpName = "HOST",
        Arity = ArgumentArity.ZeroOrMore,
    };
    readonly Option<bool> _yes = CommonOptions.Yes();
    readonly Option<bool> _upgrade = new("--upgrade") { Description = "Only renew hostlock.nix" };
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    protected override Command Describe() => new("init", """
        Give each host of this flake a lock of its own

        Each host gets a lock with the pins that it is built with now, and flake.nix
        calls hostlock.nix in one place, so no derivation changes. The plan is shown
        first, and nothing is written without a yes.

          hostlock init
          hostlock init plex web --dry-run
        """)
    { _hosts, _yes, _upgrade, _dryRun };

    protected override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var (folder, terminal) = (run.Folder, run.Terminal);
        var plan = await HostSelection.PlanAsync(folder, run.Words(_hosts), run.Processes, run.CancellationToken);
        if (run.Value(_upgrade))
            plan = plan with { Files = [.. plan.Files.Where(file => file.Path == FleetFolder.Library)] };
        // Each clone needs the setting, because it is in no file of the repository.
        var driver = !run.Value(_upgrade) && MergeDriver.Around(folder, run.Processes) is { } found && await NeedsAsync(found)
            ? found
            : null;
        if (plan.Files.IsEmpty && driver is null)
        {
            terminal.Data("nothing to do: this flake is set up\n");
            return ExitCode.Done;
        }
        terminal.Data(
            plan.Files.IsEmpty
                ? "this flake is set up; this clone is not yet\n"
                : InitText.Render(folder.ReadFlakeFile().Text, plan, terminal.Ink));
        if (driver is not null)
            terminal.Data($"\n.git/config\n       +   merge.hostlock.driver = {MergeDriver.Line}\n");
        if (run.Value(_dryRun))
            return ExitCode.Done;
        if (!terminal.MayWrite(run.Value(_yes)))
            return ExitCode.No;
        FleetInit.Apply(folder, plan);
        await GitVisibility.ShowToNixAsync(
            run.Processes, folder, [.. plan.Files.Where(file => file.IsNew).Select(file => folder.Full(file.Path))], run.CancellationToken);
        if (!plan.Files.IsEmpty)
            terminal.Data($"\n{InitText.Done(plan)}");
        if (driver is not null)
        {
            await driver.InstallAsync(run.CancellationToken);
            terminal.Data("git merges locks by input here; in another clone, 'hostlock init' has it do so\n");
        }
        return ExitCode.Done;

        async Task<bool> NeedsAsync(MergeDriver driver) =>
            !await driver.IsSetAsync(run.CancellationToken) || await driver.IsOutdatedAsync(run.CancellationToken);
    }
}
