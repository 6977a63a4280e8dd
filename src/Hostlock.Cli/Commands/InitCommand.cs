using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Fleets.Changes;
using Hostlock.Reporting;

namespace Hostlock.Cli.Commands;

/// <summary>Adopts a flake: shows the plan, asks, writes.</summary>
sealed class InitCommand : FleetCommand
{
    const string Name = "init";

    readonly Argument<string[]> _hosts = new("host")
    {
        Description = "Hosts [default: those under nixosConfigurations and the like]",
        HelpName = "HOST",
        Arity = ArgumentArity.ZeroOrMore,
    };
    readonly Option<bool> _yes = CommonOptions.Yes();
    readonly Option<bool> _upgrade = new("--upgrade") { Description = "Only renew hostlock.nix" };
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    protected override Command Describe() => new(Name, """
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
        string[] words = [Name, .. run.Words(_hosts), .. run.Value(_upgrade) ? new[] { _upgrade.Name } : []];
        if (Undertaking.Find(run.Processes, folder, words) is { } unfinished)
            return await FinishAsync(run, unfinished);
        await run.WarnOfUnmergedAsync(folder.AllPlaces());
        var plan = await HostSelection.PlanAsync(folder, run.Words(_hosts), run.Processes, run.CancellationToken);
        if (run.Value(_upgrade))
            plan = plan with { Files = [.. plan.Files.Where(file => file.Path == FleetFolder.Library)] };
        // Each clone needs the setting, because it is in no file of the repository.
        var driver = await DriverAsync(run);
        if (plan.Files.IsEmpty && driver is null)
        {
            terminal.Data("nothing to do: this flake is set up\n");
            return ExitCode.Done;
        }
        terminal.Data(
            plan.Files.IsEmpty
                ? "this flake is set up; this clone is not yet\n"
                : terminal.Quoted(InitText.Render(folder.ReadFlakeFile().Text, plan, terminal.Ink)));
        if (driver is not null)
            terminal.Data($"\n.git/config\n       +   merge.hostlock.driver = {MergeDriver.Line}\n");
        if (run.Value(_dryRun))
            return ExitCode.Done;
        if (!terminal.MayWrite(run.Value(_yes)))
            return ExitCode.No;
        var done = plan.Files.IsEmpty ? "" : InitText.Done(plan);
        await ApplyAsync(run, FleetInit.Undertake(run.Processes, folder, words, plan), driver, done);
        return ExitCode.Done;
    }

    async Task<ExitCode> FinishAsync(CommandRun run, Undertaking unfinished)
    {
        run.Terminal.Data(UndertakingText.Render(unfinished, run.Terminal.Ink));
        if (run.Value(_dryRun))
            return ExitCode.Done;
        if (!run.Terminal.MayWrite(run.Value(_yes)))
            return ExitCode.No;
        await ApplyAsync(run, unfinished, await DriverAsync(run), "done: what was begun is finished\n");
        return ExitCode.Done;
    }

    static async Task ApplyAsync(CommandRun run, Undertaking undertaking, MergeDriver? driver, string done)
    {
        var terminal = run.Terminal;
        undertaking.Apply();
        await GitVisibility.ShowToNixAsync(
            run.Processes, run.Folder, [.. undertaking.New.Select(run.Folder.Full)], run.CancellationToken);
        if (driver is not null)
            await driver.InstallAsync(run.CancellationToken);
        if (done.Length > 0)
            terminal.Data($"\n{done}");
        if (driver is not null)
            terminal.Data("git merges locks by input here; in another clone, 'hostlock init' has it do so\n");
        terminal.Flush();
        undertaking.End();
    }

    // Null if this clone has the setting already, or does not need it.
    async Task<MergeDriver?> DriverAsync(CommandRun run) =>
        !run.Value(_upgrade)
        && MergeDriver.Around(run.Folder, run.Processes) is { } driver
        && (!await driver.IsSetAsync(run.CancellationToken) || await driver.IsOutdatedAsync(run.CancellationToken))
            ? driver
            : null;
}
