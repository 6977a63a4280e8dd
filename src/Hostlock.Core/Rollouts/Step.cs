using Hostlock.Fleets;

namespace Hostlock.Rollouts;

/// <summary>A step: the work on one host in one go. Each step may be taken twice, and each is followed by a look at the machine.</summary>
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

/// <summary>An order: one thing that may be done now.</summary>
public abstract record Order
{
    Order()
    {
    }

    /// <summary>Take a step on a host.</summary>
    /// <param name="Host">The host.</param>
    /// <param name="Step">The step.</param>
    public sealed record Do(HostName Host, Step Step) : Order;

    /// <summary>Open a ring: from then on its hosts have the lock, and may be changed.</summary>
    /// <param name="Ring">The name of the ring.</param>
    public sealed record Open(string Ring) : Order;

    /// <summary>Wait until a time.</summary>
    /// <param name="Ring">The name of the ring that waits.</param>
    /// <param name="Until">The time.</param>
    /// <param name="Reason">The reason for waiting.</param>
    public sealed record Wait(string Ring, DateTimeOffset Until, WaitReason Reason) : Order;

    /// <summary>A person has to say that machines may be changed.</summary>
    public sealed record AskToBegin : Order;

    /// <summary>A person has to say that a ring may begin.</summary>
    /// <param name="Ring">The name of the ring.</param>
    /// <param name="Reason">Why it does not begin by itself.</param>
    public sealed record AskToOpen(string Ring, DoorReason Reason) : Order;

    /// <summary>A person has to say whether a system is kept, because its gates give no clear answer.</summary>
    /// <param name="Host">The host.</param>
    public sealed record AskToKeep(HostName Host) : Order;

    /// <summary>Ask a person to see to the agent that deploys a machine, because it is suspended.</summary>
    /// <param name="Host">The host.</param>
    public sealed record AskForAgent(HostName Host) : Order;
}

/// <summary>The reason why a ring waits for a time.</summary>
public enum WaitReason
{
    /// <summary>The hosts before it have not run their systems long enough.</summary>
    Soak,

    /// <summary>The hours in which its hosts may be changed.</summary>
    Window,
}

/// <summary>The reason why a ring does not begin before a person says so.</summary>
public enum DoorReason
{
    /// <summary>Its rule wants it.</summary>
    Approval,

    /// <summary>No host before it runs its new system.</summary>
    NothingTried,

    /// <summary>A host before it has to boot first, for its system to be tried at all.</summary>
    Reboot,
}
