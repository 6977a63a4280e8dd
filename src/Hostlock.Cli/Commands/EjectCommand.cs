using System.CommandLine;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Reporting;

namespace Hostlock.Cli.Commands;

/// <summary>Leaves hostlock again, host by host or altogether: shows the plan, asks, writes.</summary>
sealed class EjectCommand(Surroundings surroundings)
{
    readonly Argument<string[]> _hosts = CommonOptions.Hosts("The hosts that go back to flake.lock; the whole flake leaves where none is named");
    readonly Option<string> _keep = new("--keep") { Description = "The host whose lock becomes flake.lock", HelpName = "HOST", DefaultValueFactory = _ => HostName.Root };
    readonly Option<bool> _keepLocks = new("--keep-locks") { Description = "Leave the files of the hosts' locks" };
    readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask" };
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public Command Build()
    {
        var command = new Command("eject", "Leave hostlock again, host by host or altogether") { _hosts, _keep, _keepLocks, _yes, _dryRun };
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(parsed, cancellationToken));
        return command;
    }

    async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var folder = surroundings.Open(parsed);
        var terminal = surroundings.TerminalFor(parsed);
        var hosts = parsed.GetValue(_hosts) ?? [];
        var keep = parsed.GetValue(_keep)!;
        if (hosts.Length > 0 && keep != HostName.Root)
            throw FleetException.KeepsWithHosts();
        var adopted = await AdoptedFiles.ReadAsync(folder, surroundings.Processes, cancellationToken);
        var plan = hosts.Length > 0
            ? FleetEject.Hosts(folder, hosts, parsed.GetValue(_keepLocks), adopted)
            : FleetEject.Whole(folder, keep, parsed.GetValue(_keepLocks), adopted);
        var repository = GitWorkTreeFiles.Around(surroundings.Processes, folder.Path)?.Root;
        var unsetsDriver = plan.IsWhole && repository is not null && await MergeDriver.IsSetAsync(surroundings, repository, cancellationToken);
        if (plan.IsEmpty && !unsetsDriver)
        {
            terminal.Data(plan.IsWhole ? "nothing to do: nothing here is of hostlock\n" : "nothing to do: they are on flake.lock already\n");
            return ExitCode.Done;
        }
        terminal.Data(EjectText.Render(folder.ReadText(FleetFolder.FlakeFile), plan, terminal.Ink));
        if (unsetsDriver)
            terminal.Data($"\n.git/config\n       -   merge.hostlock.driver = {MergeDriver.Line}\n");
        if (parsed.GetValue(_dryRun))
            return ExitCode.Done;
        if (!terminal.MayWrite(parsed.GetValue(_yes)))
            return ExitCode.No;
        using var reserved = folder.Reserve();
        FleetEject.Apply(folder, plan);
        await adopted.ForgetAsync(plan.Removed, cancellationToken);
        if (unsetsDriver)
            await MergeDriver.UnsetAsync(surroundings, repository!, cancellationToken);
        terminal.Data(plan.IsWhole
            ? "\ndone: this flake is one like any other; 'git add -A' records it\n"
            : $"\ndone: {string.Join(' ', plan.Moves.Select(move => move.Host))} {(plan.Moves.Length == 1 ? "is" : "are")} built by flake.lock from now on; 'git add -A' records it\n");
        return ExitCode.Done;
    }
}
