using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Reporting;

namespace Hostlock.Cli.Commands;

/// <summary>Takes hosts, or the whole flake, back out of hostlock: shows the plan, asks, writes.</summary>
sealed class EjectCommand : FleetCommand
{
    const string Name = "eject";

    readonly Argument<string[]> _hosts = CommonOptions.Hosts("The hosts that go back to flake.lock [default: the whole flake]");
    readonly Option<string> _keep = new("--keep")
    {
        Description = "The host whose lock becomes flake.lock",
        HelpName = "HOST",
        DefaultValueFactory = _ => HostName.Root,
    };
    readonly Option<bool> _keepLocks = new("--keep-locks") { Description = "Keep the lock files of the hosts" };
    readonly Option<bool> _yes = CommonOptions.Yes();
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    protected override Command Describe() => new(Name, """
        Stop using hostlock for some hosts, or for the whole flake

        The hosts go back to flake.lock. If none is named, the whole flake leaves, and
        flake.nix becomes what it was. The plan is shown first, and nothing is written
        without a yes.

          hostlock eject plex
          hostlock eject --keep plex
        """)
    { _hosts, _keep, _keepLocks, _yes, _dryRun };

    protected override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var (folder, terminal, hosts) = (run.Folder, run.Terminal, run.Words(_hosts));
        string[] words =
        [
            Name,
            .. hosts,
            .. run.Value(_keep) is { } host and not HostName.Root ? new[] { _keep.Name, host } : [],
            .. run.Value(_keepLocks) ? new[] { _keepLocks.Name } : [],
        ];
        if (Undertaking.Find(run.Processes, folder, words) is { } unfinished)
            return await FinishAsync(run, unfinished);
        // Once the whole flake has left, no host has a name.
        var keep = folder.HasFleetFile ? folder.OwnerNamed(run.Value(_keep)!) : new LockOwner.Root();
        if (hosts.Length > 0 && keep is not LockOwner.Root)
            throw FleetException.KeepsWithHosts();
        await run.WarnOfUnmergedAsync(folder.AllPlaces());
        var adopted = await AdoptedFiles.ReadAsync(folder, run.Processes, run.CancellationToken);
        var plan = hosts.Length > 0
            ? FleetEject.Hosts(folder, hosts, run.Value(_keepLocks), adopted)
            : FleetEject.Whole(folder, keep, run.Value(_keepLocks), adopted);
        var driver = await DriverAsync(run);
        if (plan.IsEmpty && driver is null)
        {
            terminal.Data(
                plan.IsWhole ? "nothing to do: nothing here is of hostlock\n" : "nothing to do: they are on flake.lock already\n");
            return ExitCode.Done;
        }
        terminal.Data(EjectText.Render(folder.ReadFlakeFile().Text, plan, terminal.Ink));
        if (driver is not null)
            terminal.Data($"\n.git/config\n       -   merge.hostlock.driver = {MergeDriver.Line}\n");
        if (run.Value(_dryRun))
            return ExitCode.Done;
        if (!terminal.MayWrite(run.Value(_yes)))
            return ExitCode.No;
        await ApplyAsync(run, FleetEject.Undertake(run.Processes, folder, words, plan, adopted), driver, EjectText.Done(plan));
        return ExitCode.Done;
    }

    async Task<ExitCode> FinishAsync(CommandRun run, Undertaking unfinished)
    {
        run.Terminal.Data(UndertakingText.Render(unfinished, run.Terminal.Ink));
        if (run.Value(_dryRun))
            return ExitCode.Done;
        if (!run.Terminal.MayWrite(run.Value(_yes)))
            return ExitCode.No;
        await ApplyAsync(run, unfinished, await DriverAsync(run), "done: what was begun is finished; 'git add -A' records it\n");
        return ExitCode.Done;
    }

    static async Task ApplyAsync(CommandRun run, Undertaking undertaking, MergeDriver? driver, string done)
    {
        undertaking.Apply();
        await AdoptedFiles.ForgetAsync(run.Processes, run.Folder, undertaking.Forgotten, run.CancellationToken);
        if (driver is not null)
            await driver.UninstallAsync(run.CancellationToken);
        run.Terminal.Data($"\n{done}");
        run.Terminal.Flush();
        undertaking.End();
    }

    // Null if only some hosts leave, or if the setting is gone.
    async Task<MergeDriver?> DriverAsync(CommandRun run) =>
        run.Words(_hosts).Length == 0
        && MergeDriver.Around(run.Folder, run.Processes) is { } driver
        && await driver.IsSetAsync(run.CancellationToken)
            ? driver
            : null;
}
