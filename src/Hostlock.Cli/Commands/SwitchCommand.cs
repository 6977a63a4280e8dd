using System.CommandLine;
using System.Globalization;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Reporting.Json;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Engines;
using Hostlock.Rollouts.Steps;

namespace Hostlock.Cli.Commands;

/// <summary>Builds hosts by their locks, tries the systems on their machines, and keeps them or goes back.</summary>
sealed class SwitchCommand : FleetCommand
{
    readonly Argument<string[]> _hosts = CommonOptions.Machines("Hosts or @RING [default: the host that is this machine]");
    readonly Option<bool> _all = CommonOptions.AllHosts();
    readonly Option<bool> _boot = new("--boot") { Description = "Have the system run from the next boot on" };
    readonly Option<bool> _vm = new("--vm") { Description = "Build a virtual machine, and print the command that starts it" };
    readonly Option<bool> _resume = new("--resume") { Description = "Go on with a switch that was broken off or waits" };
    readonly Option<bool> _allowDowngrade = CommonOptions.AllowDowngrade();
    readonly HostSwitching _switching = new();

    public override CommandNature Nature => HostSwitching.Nature;

    public override JsonShape? Shape => SwitchJson.Shape;

    protected override Command Describe()
    {
        var command = new Command("switch", """
            Build hosts by their locks, try the systems, and keep them or go back

            Shows what changes, and asks. The system runs on trial: if units or gates fail,
            or the machine falls silent, it goes back to what it ran before.

              hostlock switch plex
              hostlock switch --dry-run
            """)
        { _hosts, _all, _boot, _vm, _resume, _allowDowngrade };
        foreach (var option in _switching.Options)
            command.Add(option);
        return command;
    }

    public override FlakeReach Reach(CommandRun run) => FlakeReach.ThisMachine;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        if (run.Value(_vm) && run.Value(_boot))
            throw RolloutException.Excludes("--vm", "--boot");
        if (run.Value(_resume))
            return await ResumeAsync(run);
        await run.Picks.HostsAsync(_hosts, _all, isRootOne: false, unlessHere: true);
        var hosts = run.Named.HostsOrHere(_hosts, _all);
        if (run.Value(_vm))
            return await run.Journals.AloneAsync(() => BuildMachinesAsync(run, hosts));
        _switching.RefuseUnasked(run);
        return await run.Journals.AloneAsync(() => SwitchAsync(run, hosts));
    }

    async Task<ExitCode> SwitchAsync(CommandRun run, IReadOnlyList<Host> hosts)
    {
        if (!_switching.IsDryRun(run))
            await _switching.FinishAsync(run, run.Journals);
        if (!run.Value(_boot))
            await new PushedFlake(run.Processes, run.Folder).RequireAsync(hosts, run.CancellationToken);
        run.Terminal.Talk($"building {string.Join(' ', hosts.Select(host => host.Name))}\n");
        var built = await run.SystemBuild.OfAsync(hosts, run.Journals.RootOf, commit: null, run.CancellationToken);
        if (!_switching.IsDryRun(run))
            await run.SystemBuild.AfterAsync(built, run.CancellationToken);
        return await _switching.SwitchAsync(
            run, run.Journals, RolloutAction.Switch,
            [
                .. built.Select(
                    each => DeployEngines.Plan(
                        run.Folder.Fleet, each.Host, each.System, run.Value(_boot), _switching.IsChecked(run)) with
                    {
                        LockSha256 = HostLocks.TryReadBytes(run.Folder.PlaceOf(each.Host.Name)) is { Span: var bytes }
                            ? Stamp.Hash(bytes)
                            : null,
                    }),
            ],
            built.ToDictionary(
                each => each.Host.Name, each => string.Create(CultureInfo.InvariantCulture, $"built {each.Took.TotalSeconds:0} s")),
            name => HostLocks.Read(run.Folder.PlaceOf(name)), run.Value(_allowDowngrade));
    }

    async Task<ExitCode> ResumeAsync(CommandRun run)
    {
        if (run.Words(_hosts).Length > 0)
            throw RolloutException.ResumesAll();
        if (!run.Journals.Exist)
            throw RolloutException.NothingToResume();
        return await run.Journals.AloneAsync(
            () => run.Journals.LastSwitch() is { LeavesHosts: true } last
                ? _switching.ResumeAsync(run, run.Journals, last)
                : throw RolloutException.NothingToResume());
    }

    static async Task<ExitCode> BuildMachinesAsync(CommandRun run, IReadOnlyList<Host> hosts)
    {
        foreach (var host in hosts)
        {
            run.Terminal.Talk($"building a virtual machine of {host.Name}\n");
            var program = await run.SystemBuild.VirtualMachineAsync(
                host, $"{run.Journals.RootOf(host.Name)}-vm", run.CancellationToken);
            run.Terminal.Data($"{ShellWord.Quote(program)}\n");
        }
        return ExitCode.Done;
    }
}
