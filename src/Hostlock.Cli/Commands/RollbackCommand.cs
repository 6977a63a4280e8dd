using System.CommandLine;
using System.Globalization;
using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Machines.Probing;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;
using Hostlock.Rollouts;

namespace Hostlock.Cli.Commands;

/// <summary>Has a machine go back to an earlier system that it keeps, and puts the lock of that system back.</summary>
sealed class RollbackCommand : FleetCommand
{
    readonly Argument<string?> _host = CommonOptions.Machine("A host [default: the host that is this machine]");
    readonly CommitOption _to = new("--to")
    {
        Description = "The version: generation:N, a commit, or a day [default: the last one with another lock]",
        HelpName = "VERSION",
    };
    readonly HostSwitching _switching = new();

    public override CommandNature Nature => HostSwitching.Nature;

    public override JsonShape? Shape => SwitchJson.Shape;

    protected override Command Describe()
    {
        var command = new Command("rollback", """
            Go back to an earlier system of a machine, and to its lock

            The machine goes to exactly that system, on trial as with switch. Once the
            system is kept, its lock is put back into the repository.

              hostlock rollback plex
              hostlock rollback plex --to generation:117 --commit
            """)
        { _host, _to, _switching.Commit };
        foreach (var option in _switching.Options)
            command.Add(option);
        return command;
    }

    public override FlakeReach Reach(CommandRun run) => FlakeReach.ThisMachine;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        await run.Picks.HostAsync(_host, isRootOne: false, unlessHere: true);
        var host = run.Value(_host) is { } word ? run.Named.HostNamed(word) : run.Named.HostHere;
        _switching.RefuseUnasked(run);
        return await run.Journals.AloneAsync(() => RollbackAsync(run, host));
    }

    async Task<ExitCode> RollbackAsync(CommandRun run, Host host)
    {
        // The run that was broken off is this very rollback. A second one would go back further.
        if (!_switching.IsDryRun(run) && await _switching.FinishAsync(run, run.Journals) is var (rollout, code)
            && rollout.Plan.Action == RolloutAction.Rollback && rollout.Hosts.Find(host.Name) is not null)
            return code;
        var outcome = await run.Probes.AskAsync(host, new(), run.CancellationToken);
        var facts = outcome is ProbeOutcome.Answered(_, _, var said) ? said : throw outcome.WhyNot();
        var earlier = await FindAsync(run, host, facts);
        var plan = new HostPlan(
            host.Name, earlier.System, Activation.Test, RolloutSettings.Direct, host.Rollout.Trial, _switching.IsChecked(run))
        {
            LockSha256 = facts.Generations.FirstOrDefault(generation => generation.System == earlier.System)?.LockSha256,
        };
        run.Terminal.Talk(SwitchText.WayBack(host.Name, facts.NextGeneration?.Number, earlier));
        var before = earlier.Generation is { } number ? await LockOfAsync(run, host, number) : null;
        return await _switching.SwitchAsync(
            run, run.Journals, RolloutAction.Rollback, [plan], new Dictionary<HostName, string>(), _ => before,
            isDowngradeAllowed: true);
    }

    async Task<EarlierSystem> FindAsync(CommandRun run, Host host, MachineFacts facts)
    {
        if (run.Value(_to) is not { } word)
        {
            return EarlierSystem.Before(facts, host.Name, run.Journals.NewestFirst())
                ?? throw RolloutException.NothingBefore(host.Name);
        }
        var version = LockVersion.Of(run.Folder, new LockOwner.Host(host.Name), word);
        return await EarlierSystem.OfAsync(facts, version, run.Versions, run.CancellationToken)
            ?? throw RolloutException.NotKept(host.Name, word);
    }

    // A system may carry no lock; that is reported once it runs.
    static async Task<LockFile?> LockOfAsync(CommandRun run, Host host, int generation)
    {
        try
        {
            var version = string.Create(CultureInfo.InvariantCulture, $"generation:{generation}");
            return await run.Versions.ReadAsync(LockVersion.Of(run.Folder, new LockOwner.Host(host.Name), version), run.CancellationToken);
        }
        catch (HostlockException)
        {
            return null;
        }
    }
}
