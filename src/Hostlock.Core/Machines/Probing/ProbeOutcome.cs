using Hostlock.Fleets;

namespace Hostlock.Machines.Probing;

/// <summary>The result of asking one machine.</summary>
/// <param name="Address">The machine.</param>
/// <param name="Before">The machine as it was when it last answered before; null if it never did.</param>
public abstract record ProbeOutcome(MachineAddress Address, SeenMachine? Before)
{
    /// <summary>Gives the reason why nothing is known of the machine.</summary>
    /// <exception cref="InvalidOperationException">The machine answered.</exception>
    public HostlockException WhyNot() => this switch
    {
        Unreachable(_, _, var why) => why,
        WrongMachine => MachineException.WrongMachine(Address.Host, Address.ToString()),
        _ => throw new InvalidOperationException(),
    };

    /// <summary>The machine answered.</summary>
    public sealed record Answered(MachineAddress Address, SeenMachine? Before, MachineFacts Facts) : ProbeOutcome(Address, Before)
    {
        /// <summary>The other host of the flake whose system the machine runs; null if there is none, or a person said that the machine is
        /// the host's all the same.</summary>
        public HostName? Other { get; init; }
    }

    /// <summary>Another machine answered than before. Its answer is not used.</summary>
    public sealed record WrongMachine(MachineAddress Address, SeenMachine? Before, MachineFacts Facts) : ProbeOutcome(Address, Before);

    /// <summary>No machine answered.</summary>
    public sealed record Unreachable(MachineAddress Address, SeenMachine? Before, HostlockException Why) : ProbeOutcome(Address, Before);
}
