using Hostlock.Fleets;

namespace Hostlock.Rollouts;

/// <summary>What is done to one host in one go. Each step may be taken twice, and each is followed by a look at the machine.</summary>
public enum Step
{
    /// <summary>Only look.</summary>
    Probe,

    /// <summary>Bring the system into the store of the machine.</summary>
    Copy,

    /// <summary>Arm the silence timer, then activate.</summary>
    Activate,

    /// <summary>Over a new connection: is the machine well, and do its gates pass?</summary>
    Check,

    /// <summary>Make the system what boots, then disarm.</summary>
    Keep,

    /// <summary>Go back to the exact system that the machine came from, then disarm.</summary>
    Return,
}

/// <summary>What may be done now.</summary>
public abstract record Order
{
    Order()
    {
    }

    /// <summary>Take a step on a host.</summary>
    /// <param name="Host">The host.</param>
    /// <param name="Step">The step.</param>
    public sealed record Do(HostName Host, Step Step) : Order;

    /// <summary>A person has to say that machines may be changed.</summary>
    public sealed record AskToBegin : Order;

    /// <summary>A person has to say whether a system is kept, because its gates give no clear answer.</summary>
    /// <param name="Host">The host.</param>
    public sealed record AskToKeep(HostName Host) : Order;
}
