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
    readonly Option<bool> _all = CommonOptions.AllHosts();
    readonly Option<string> _keep = new("--keep")
    {
        Description = "The host whose lock becomes flake.lock",
        HelpName = "HOST",
        DefaultValueFactory = _ => HostName.Root,
    };
    readonly Option<bool> _keepLocks = new("--keep-locks") { Description = "Keep the lock files of the hosts" };
    readonly FleetChanging _changing = new();

    public override CommandNature Nature => new(NetworkUse.None) { Asks = true, Writes = true, MaySayNo = true };

    protected override Command Describe()
    {
        var command = new Command(Name, """
            Stop using hostlock for some hosts, or for the whole flake

            The hosts go back to flake.lock. If none is named, the whole flake leaves, and
            flake.nix becomes what it was. The plan is shown first, and nothing is written
            without a yes.

              hostlock eject plex
              hostlock eject --keep plex
            """)
        { _hosts, _all, _keep, _keepLocks };
        foreach (var option in _changing.Options)
            command.Add(option);
        return command;
    }

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Each;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        string[] words =
        [
            Name,
            .. run.Words(_hosts),
            .. run.Value(_keep) is { } host and not HostName.Root ? new[] { _keep.Name, host } : [],
            .. run.Value(_keepLocks) ? new[] { _keepLocks.Name } : [],
        ];
        // Hosts that stay need the setting.
        var driver = run.Words(_hosts).Length == 0 && MergeDriver.Around(run.Folder, run.Processes) is { } setting
            ? await setting.PlanRemovalAsync(run.CancellationToken)
            : null;
        return await _changing.RunAsync(
            run,
            words,
            driver,
            () => PlanAsync(run, words, driver is not null),
            "done: the command that was broken off is finished; 'git add -A' records it\n");
    }

    async Task<ShownChange?> PlanAsync(CommandRun run, string[] words, bool changesDriver)
    {
        var (folder, terminal, hosts) = (run.Folder, run.Terminal, run.Words(_hosts));
        // Once the whole flake has left, no host has a name.
        var keep = folder.HasFleetFile ? folder.OwnerNamed(run.Value(_keep)!) : new LockOwner.Root();
        if (run.Value(_all) && hosts.Length > 0)
            throw UsageException.AllAndMore(hosts[0]);
        if (hosts.Length > 0 && keep is not LockOwner.Root)
            throw FleetException.KeepsWithHosts();
        await run.WarnOfUnmergedAsync(folder.AllPlaces());
        var adopted = await AdoptedFiles.ReadAsync(folder, run.Processes, run.CancellationToken);
        var plan = hosts.Length > 0
            ? FleetEject.Hosts(folder, hosts, run.Value(_keepLocks), adopted)
            : FleetEject.Whole(folder, keep, run.Value(_keepLocks), adopted);
        if (!plan.IsEmpty || changesDriver)
            return new(
                EjectText.Render(folder.ReadFlakeFile().Text, plan, terminal.Ink),
                FleetEject.Undertake(folder, words, plan, adopted),
                EjectText.Done(plan));
        terminal.Data($"nothing to do: {(plan.IsWhole ? "this flake does not use hostlock" : "they are on flake.lock already")}\n");
        return null;
    }
}
