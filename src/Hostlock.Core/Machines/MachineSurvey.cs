using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Machines.Probing;
using Hostlock.Machines.Systems;
using Hostlock.Platform;

namespace Hostlock.Machines;

/// <summary>The way in which machines are asked and compared.</summary>
/// <param name="IsEvaluated">If true, nix evaluates each host, to compare the systems as well.</param>
/// <param name="AcceptsNewMachine">If true, a machine that is not the one that answered before is the host's from now on.</param>
public sealed record ProbeRequest(bool IsEvaluated, bool AcceptsNewMachine);

/// <summary>Asks the machines of hosts, and compares what they run with the repository.</summary>
/// <param name="processes">Runs ssh, git and nix.</param>
/// <param name="folder">The fleet.</param>
/// <param name="probes">Asks the machines.</param>
public sealed class MachineSurvey(IProcessRunner processes, FleetFolder folder, MachineProbes probes)
{
    // The number of earlier locks that are looked at. The lock of a machine that is further behind is not known.
    const int MostCommits = 500;

    // An evaluation takes a core, and some gigabytes of memory.
    const int EvaluationsAtOnce = 2;

    /// <summary>Asks and compares. The results are in the order of the hosts.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="request">The way in which machines are asked and compared.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<MachineStatus>> AskAsync(
        IReadOnlyList<Host> hosts, ProbeRequest request, CancellationToken cancellationToken)
    {
        var outcomes = await probes.AskAsync(hosts, cancellationToken);
        if (request.AcceptsNewMachine)
            outcomes = [.. outcomes.Select(probes.Accept)];
        using var history = GitWorkTreeFiles.Around(processes, folder.Path) is null ? null : LockHistory.Open(processes, folder);
        var machines = outcomes.OfType<ProbeOutcome.Answered>()
            .Where(answer => answer.Facts.MachineId.Length > 0)
            .ToLookup(answer => answer.Facts.MachineId, answer => answer.Address.Host, StringComparer.Ordinal);
        var statuses = new MachineStatus[hosts.Count];
        for (var i = 0; i < statuses.Length; i++)
        {
            var pins = outcomes[i] is ProbeOutcome.Answered(_, _, var facts)
                ? await PinsAsync(hosts[i], facts, history, cancellationToken)
                : null;
            statuses[i] = new(hosts[i], outcomes[i], pins, new ConfigurationState.NotAsked())
            {
                Twins = outcomes[i] is ProbeOutcome.Answered(var address, _, { MachineId: var machine })
                    ? [.. machines[machine].Where(host => host != address.Host)]
                    : [],
            };
        }
        if (request.IsEvaluated)
        {
            await Parallel.ForAsync(
                0,
                statuses.Length,
                new ParallelOptions { MaxDegreeOfParallelism = EvaluationsAtOnce, CancellationToken = cancellationToken },
                async (i, stop) => statuses[i] = statuses[i] with { Configuration = await ConfigurationAsync(statuses[i], stop) });
        }
        return statuses;
    }

    async Task<PinState> PinsAsync(Host host, MachineFacts facts, LockHistory? history, CancellationToken cancellationToken)
    {
        try
        {
            var place = folder.PlaceOf(host.Name);
            return await PinState.OfAsync(host.Name, facts, HostLocks.TryReadBytes(place), async sha256 =>
                history is null
                    ? null
                    : await history.FindAsync(place, bytes => Stamp.Hash(bytes.Span) == sha256, MostCommits, cancellationToken));
        }
        catch (HostlockException why)
        {
            return new PinState.NotCompared(why);
        }
    }

    async Task<ConfigurationState> ConfigurationAsync(MachineStatus status, CancellationToken cancellationToken)
    {
        // A home is no system of its machine.
        if (status.Facts?.System is not { } system || !SystemEvaluation.IsSystem(status.Host))
            return status.Configuration;
        try
        {
            var wanted = await new SystemEvaluation(processes, folder).OfAsync(status.Host, cancellationToken);
            return wanted == system ? new ConfigurationState.Same() : new ConfigurationState.Differs(wanted);
        }
        catch (HostlockException why)
        {
            return new ConfigurationState.NotEvaluated(why);
        }
    }
}
