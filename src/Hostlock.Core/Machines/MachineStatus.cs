using System.Collections.Immutable;
using Hostlock.Fleets;
using Hostlock.Machines.Probing;

namespace Hostlock.Machines;

/// <summary>The state of a host's machine, compared with the lock that the repository has for the host.</summary>
/// <param name="Host">The host.</param>
/// <param name="Outcome">The result of asking the machine.</param>
/// <param name="Pins">The comparison of the lock that runs with the host's lock; null if the machine did not answer.</param>
/// <param name="Configuration">The comparison of the system that runs with the one that the repository makes.</param>
public sealed record MachineStatus(Host Host, ProbeOutcome Outcome, PinState? Pins, ConfigurationState Configuration)
{
    /// <summary>The other hosts whose machine says that it is the same one.</summary>
    public ImmutableArray<HostName> Twins { get; init; } = [];

    /// <summary>The hold, freeze or rollout because of which it does not run the host's lock, in words; null if there is none.</summary>
    public string? Reason { get; init; }

    /// <summary>The words for the releases that it pulls; null if it pulls none.</summary>
    public PulledWords? Pulled { get; init; }

    /// <summary>The answer of the machine; null if it did not answer.</summary>
    public MachineFacts? Facts => (Outcome as ProbeOutcome.Answered)?.Facts;

    /// <summary>The reason why something is not known of the machine: it is out of reach, or its lock or its system cannot be
    /// compared.</summary>
    public IEnumerable<HostlockException> Failures
    {
        get
        {
            if (Outcome is ProbeOutcome.Unreachable(_, _, var silence))
                yield return silence;
            if (Pins is PinState.NotCompared(var unread))
                yield return unread;
            if (Configuration is ConfigurationState.NotEvaluated(var failure))
                yield return failure;
        }
    }
}

/// <summary>The words for the releases that a machine pulls.</summary>
/// <param name="Words">The words.</param>
/// <param name="NeedsLook">True if a person should look: the machine refused a release or gave it back, or is not believed.</param>
public sealed record PulledWords(ImmutableArray<string> Words, bool NeedsLook);
