using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Machines.Probing;

/// <summary>
/// Asks the machines of hosts, many at once, and remembers what answered. Each has a time limit of its own, so one that is asleep delays no
/// other.
/// </summary>
/// <param name="processes">Runs ssh.</param>
/// <param name="machine">The name of this machine.</param>
/// <param name="seen">Remembers the answers.</param>
/// <param name="isHost">True for the hosts of the flake.</param>
/// <param name="time">The clock.</param>
public sealed class MachineProbes(
    IProcessRunner processes, string machine, SeenMachines seen, Func<HostName, bool> isHost, TimeProvider time)
{
    /// <summary>The number of machines that are asked at once.</summary>
    public const int AtOnce = 50;

    // A thousand machines have much the same locks.
    readonly LockReading _reading = new();

    /// <summary>Asks machines, and returns the outcomes in the order of the hosts.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<IReadOnlyList<ProbeOutcome>> AskAsync(IReadOnlyList<Host> hosts, CancellationToken cancellationToken) =>
        AskAsync(hosts, outcome => outcome, cancellationToken);

    /// <summary>Asks machines, and returns a value for each outcome, in the order of the hosts.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="read">Makes the value of an outcome. Several threads call it at once.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<T>> AskAsync<T>(
        IReadOnlyList<Host> hosts, Func<ProbeOutcome, T> read, CancellationToken cancellationToken)
    {
        var outcomes = new T[hosts.Count];
        await Parallel.ForAsync(
            0,
            hosts.Count,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (i, stop) => outcomes[i] = read(await AskAsync(hosts[i], new MachineQuestion(), stop)));
        return outcomes;
    }

    /// <summary>Takes the machine that answers for a host as the host's from now on, whatever it runs.</summary>
    /// <param name="outcome">The answer.</param>
    public ProbeOutcome Accept(ProbeOutcome outcome)
    {
        if (outcome is ProbeOutcome.WrongMachine(var address, var before, var facts))
            outcome = new ProbeOutcome.Answered(address, before, facts);
        if (outcome is ProbeOutcome.Answered answer)
            Keep(answer.Address.Host, answer.Facts, isAccepted: true);
        return outcome;
    }

    /// <summary>Asks the machine of one host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="question">The question.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<ProbeOutcome> AskAsync(Host host, MachineQuestion question, CancellationToken cancellationToken)
    {
        var address = MachineAddress.Of(host, machine);
        var before = seen.Find(address.Host);
        try
        {
            var facts = await new MachineProbe(processes).AskAsync(address, question, cancellationToken);
            // A machine without an id cannot be told from another.
            if (before is { MachineId.Length: > 0 } && facts.MachineId.Length > 0 && before.MachineId != facts.MachineId)
                return new ProbeOutcome.WrongMachine(address, before, facts);
            var isAccepted = before is { IsAccepted: true } && before.MachineId == facts.MachineId;
            var other = isAccepted ? null : OtherHostOf(address.Host, facts);
            // If a mistake led to the machine of another host, that machine must not be taken for this host's later.
            if (other is null)
                Keep(address.Host, facts, isAccepted);
            return new ProbeOutcome.Answered(address, before, facts) { Other = other };
        }
        catch (MachineException why)
        {
            return new ProbeOutcome.Unreachable(address, before, why);
        }
    }

    // A system without a stamp tells its host only by the name of its machine.
    HostName? OtherHostOf(HostName host, MachineFacts facts) =>
        HostName.TryParse(facts.Stamp?.Host ?? facts.HostName) is { } named && named != host && isHost(named) ? named : null;

    void Keep(HostName host, MachineFacts facts, bool isAccepted) =>
        seen.Keep(
            host,
            new(facts.MachineId, Moment.Of(time.GetUtcNow()), SystemLabel.Of(facts, _reading))
            {
                System = facts.System,
                IsAccepted = isAccepted,
            });
}
