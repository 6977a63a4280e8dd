using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Releases;
using Hostlock.Reporting;

namespace Hostlock.Cli;

/// <summary>Gathers the numbers of a fleet.</summary>
/// <param name="run">The run of the command.</param>
sealed class FleetNumbersReading(CommandRun run)
{
    /// <summary>Asks the machines of all hosts, and gathers all that is known then.</summary>
    public async Task<FleetNumbers> AskAsync()
    {
        var request = new ProbeRequest(IsEvaluated: false, AcceptsNewMachine: false);
        var machines = await run.Survey.AskAsync(run.Folder.Fleet.Hosts, request, run.CancellationToken);
        return Of(machines, await run.PulledAsync(machines), await run.NewestReleaseAsync(), out _);
    }

    /// <summary>Gathers the other facts about the hosts whose machines were asked.</summary>
    /// <param name="machines">Their answers.</param>
    /// <param name="pulled">Their checked receipts, by host.</param>
    /// <param name="newest">The newest release; null if none was cut.</param>
    /// <param name="unread">The reasons why locks of theirs, or the last rollout, cannot be read.</param>
    public FleetNumbers Of(
        IReadOnlyList<MachineStatus> machines, IReadOnlyDictionary<HostName, PulledState> pulled, ReleaseManifest? newest,
        out IReadOnlyList<HostlockException> unread)
    {
        (var locks, unread) = FleetStatus.ByHost(run.Folder, [.. machines.Select(status => status.Host.Name)]);
        var session = new RolloutSession(run);
        if (session.Unread is { } why)
            unread = [.. unread, why];
        return new(machines, locks, session.LastAsSeen, run.Now)
        {
            Pulled = pulled,
            Newest = newest,
        };
    }
}
