using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Machines.Packages;
using Hostlock.Machines.Probing;
using Hostlock.Platform;

namespace Hostlock.Rollouts.Steps;

/// <summary>The changes that a host would see, as far as they can be known before.</summary>
/// <param name="Plan">The system that the host is to get.</param>
public sealed record HostPreview(HostPlan Plan)
{
    /// <summary>The system that the machine runs now; null if it does not answer.</summary>
    public StorePath? Running { get; init; }

    /// <summary>The inputs that move, from the lock that runs to the lock that the host gets; null if one of them is not known.</summary>
    public LockDiff? Pins { get; init; }

    /// <summary>The packages that change; null if that is not known.</summary>
    public PackageDiff? Packages { get; init; }

    /// <summary>The units that would stop, start or restart; null if the machine does not have the system yet.</summary>
    public DryActivation? Units { get; init; }

    /// <summary>The reason why something is not known; null if everything is.</summary>
    public string? Problem { get; init; }

    /// <summary>The first input that goes back in time, in words; null if none does.</summary>
    public string? Downgrade =>
        Pins?.Changes.FirstOrDefault(Fleets.Changes.Downgrade.Is) is { } back ? Fleets.Changes.Downgrade.Describe(back) : null;
}

/// <summary>Finds out what would change on hosts.</summary>
/// <param name="processes">Runs nix and ssh.</param>
/// <param name="folder">The fleet.</param>
/// <param name="machine">The name of this machine.</param>
/// <param name="probes">Asks machines.</param>
/// <param name="cache">Keeps what is known of closures.</param>
public sealed class HostPreviews(
    IProcessRunner processes, FleetFolder folder, string machine, MachineProbes probes, MachineCache cache)
{
    // A preview changes nothing, so a longer one is given up.
    static readonly TimeSpan LongestPreview = TimeSpan.FromMinutes(2);

    /// <summary>Finds out what would change on a host. Unknown parts are left out, with the reason.</summary>
    /// <param name="plan">The system that the host is to get.</param>
    /// <param name="target">The lock of the system that it is to get; null if that is not known.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<HostPreview> OfAsync(HostPlan plan, LockFile? target, CancellationToken cancellationToken)
    {
        var host = folder.HostOf(plan.Host);
        var address = MachineAddress.Of(host, machine);
        var outcome = await probes.AskAsync(host, new(plan.Target), cancellationToken);
        if (outcome is not ProbeOutcome.Answered(_, _, var facts))
            return new(plan) { Problem = outcome.WhyNot().Message };
        var preview = new HostPreview(plan)
        {
            Running = facts.System,
            Pins = target is not null && facts.Stamp?.TryReadLock() is { } running ? LockDiff.Between(running, target) : null,
        };
        try
        {
            if (facts.System is { } before)
            {
                var closures = new Closures(processes, cache);
                // A system that was built here is asked for here. For one that was built elsewhere, the machine is asked once it has the
                // system.
                var isHere = host.Rollout.Build is BuildPlace.Here && !facts.HasWanted;
                preview = preview with
                {
                    Packages = PackageDiff.Between(
                        await closures.OfAsync(address, before, cancellationToken),
                        await closures.OfAsync(isHere ? null : address, plan.Target, cancellationToken)),
                };
            }
            return facts.HasWanted ? await WithUnitsAsync(preview, address, facts, cancellationToken) : preview;
        }
        catch (HostlockException why)
        {
            return preview with { Problem = why.Message };
        }
    }

    async Task<HostPreview> WithUnitsAsync(
        HostPreview preview, MachineAddress address, MachineFacts facts, CancellationToken cancellationToken)
    {
        var plan = preview.Plan;
        if (facts.Power == RootPower.None)
            throw RolloutException.NotRoot(plan.Host, address.ToString(), address.AsRoot);
        var words = new StepWords("preview", facts.MachineId, plan.Target, facts.Running, facts.Next, plan.Trial);
        var finished = await processes.RunAsync(
            StepScript.Request(address.Target, facts.Power, words, "preview") with
            {
                Stop = new ProcessStop.AtOnce(),
                TimeLimit = LongestPreview,
            },
            cancellationToken);
        return finished.Succeeded
            ? preview with { Units = DryActivation.Parse(finished.Output) }
            : preview with { Problem = $"what becomes of its units: {Complaint.Of(finished)}" };
    }
}
