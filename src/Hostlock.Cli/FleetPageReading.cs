using System.Collections.Immutable;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.Checks;
using Hostlock.Fleets.History;
using Hostlock.Fleets.Layouts;
using Hostlock.Machines;
using Hostlock.Reporting.Pages;

namespace Hostlock.Cli;

/// <summary>Gathers the contents of a page about the fleet. It is the one place that does so, for a page in a file and for any
/// other.</summary>
/// <param name="run">The run of the command.</param>
sealed class FleetPageReading(CommandRun run)
{
    /// <summary>Gathers the contents of an HTML page.</summary>
    /// <param name="machines">The state of the machines; null if they were not asked.</param>
    /// <exception cref="HostlockException">Something cannot be read.</exception>
    public async Task<FleetPage> ReadAsync(IReadOnlyList<MachineStatus>? machines)
    {
        var (folder, declarations, stop) = (run.Folder, run.Declarations, run.CancellationToken);
        var checking = await run.CheckedAsync();
        var session = new RolloutSession(run);
        return new(
            Path.GetFileName(folder.Path), run.Now, folder.Fleet, checking.Locks, FleetCheck.Findings(checking),
            await FleetHistory.ReadAsync(run.Processes, folder, folder.AllPlaces(), FleetHistory.MostCommits, stop))
        {
            Repository = await RepositoryState.OfAsync(run.Processes, folder, stop),
            Stale = checking.StaleInputs(),
            InputsOfHosts = new LocalFlakes(folder).RootInputsOfHosts(),
            Promotions = await PendingPromotion.FindAsync(folder, declarations, checking.Locks, stop),
            Machines = machines,
            Rollout = session.LastOrNone is { MayGoOn: true } rollout ? new(rollout, session.OrdersOf(rollout)) : null,
            RolloutUnread = session.Unread,
            Version = App.Version,
        };
    }

    /// <summary>Asks the machines what they run.</summary>
    /// <exception cref="HostlockException">The fleet cannot be read.</exception>
    public async Task<IReadOnlyList<MachineStatus>> AskMachinesAsync() => await run.Survey.AskAsync(
        run.Folder.Fleet.Hosts, new ProbeRequest(IsEvaluated: false, AcceptsNewMachine: false), run.CancellationToken);

    /// <summary>Gathers the moves since a commit.</summary>
    /// <param name="commit">The commit, as the user names it; null for HEAD, or, if nothing has moved since, for the one before the last
    /// commit that moved a lock.</param>
    /// <param name="hasPackages">If true, the systems are built, and their packages compared.</param>
    /// <exception cref="HostlockException">There is no such commit, or something cannot be read or built.</exception>
    public async Task<MovedLocks> ReadMovesAsync(string? commit, bool hasPackages)
    {
        var (folder, stop) = (run.Folder, run.CancellationToken);
        var checking = await run.CheckedAsync();
        var earlier = await EarlierLocks.SinceAsync(run.Processes, folder, checking.Locks, commit, stop);
        var moved = new List<MovedLock>();
        foreach (var (now, before, diff) in earlier.Moved(checking.Locks))
        {
            var packages = ImmutableArray.CreateBuilder<(HostName, Machines.Packages.PackageDiff)>();
            foreach (var host in hasPackages ? now.Place.Sharers.OfType<LockOwner.Host>().Select(owner => owner.Name) : [])
            {
                packages.Add(
                    (host,
                    await run.Systems.CompareAsync(
                        host,
                        new(earlier.Commit, new LockVersion.Recorded(now.Place, host, earlier.Commit), before),
                        new(host.ToString(), new LockVersion.Current(now.Place, host), now.Lock!),
                        run.Terminal.Talk, stop)));
            }
            moved.Add(new(now.Place, diff) { Packages = packages.ToImmutable() });
        }
        return new(earlier.Commit, moved, FleetCheck.Findings(checking with { Earlier = earlier }));
    }
}
