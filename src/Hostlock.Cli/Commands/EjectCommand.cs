using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Reporting;

namespace Hostlock.Cli.Commands;

/// <summary>Takes hosts, or the whole flake, back out of hostlock: shows the plan, asks, writes.</summary>
sealed class EjectCommand : FleetCommand
{
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

    protected override Command Describe() => new("eject", """
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
        var (folder, terminal, hosts, keep) = (run.Folder, run.Terminal, run.Words(_hosts), run.Folder.OwnerNamed(run.Value(_keep)!));
        if (hosts.Length > 0 && keep is not LockOwner.Root)
            throw FleetException.KeepsWithHosts();
        var adopted = await AdoptedFiles.ReadAsync(folder, run.Processes, run.CancellationToken);
        var plan = hosts.Length > 0
            ? FleetEject.Hosts(folder, hosts, run.Value(_keepLocks), adopted)
            : FleetEject.Whole(folder, keep, run.Value(_keepLocks), adopted);
        var driver = plan.IsWhole && MergeDriver.Around(folder, run.Processes) is { } found && await found.IsSetAsync(run.CancellationToken)
            ? found
            : null;
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
        FleetEject.Apply(folder, plan);
        await adopted.ForgetAsync(plan.Removed, run.CancellationToken);
        if (driver is not null)
            await driver.UninstallAsync(run.CancellationToken);
        terminal.Data($"\n{EjectText.Done(plan)}");
        return ExitCode.Done;
    }
}
