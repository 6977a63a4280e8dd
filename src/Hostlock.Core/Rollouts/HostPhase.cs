using Hostlock.Machines;

namespace Hostlock.Rollouts;

/// <summary>
/// The point at which a host stands between the system that it came from and the one that it is to get. The machine tells it each time, and
/// it is never remembered.
/// </summary>
public enum HostPhase
{
    /// <summary>The machine runs what it ran before, and boots it.</summary>
    Before,

    /// <summary>The same, and the trial that was begun is not over: the activation failed half-way, or the power was cut.</summary>
    Tried,

    /// <summary>The machine runs the target, and boots what it booted before: a power cut undoes it.</summary>
    OnTrial,

    /// <summary>The machine runs and boots the target, and the trial is not over.</summary>
    Unconfirmed,

    /// <summary>The machine has what it is to have, and no trial is open.</summary>
    Kept,

    /// <summary>The machine runs what it ran before, and its profile has the target: something stopped half-way.</summary>
    Pending,

    /// <summary>The machine runs or boots something else: somebody else was here.</summary>
    Elsewhere,

    /// <summary>A switch is running on the machine.</summary>
    Switching,
}

/// <summary>Reads the phase of a host.</summary>
public static class HostPhases
{
    /// <summary>The phase of a host.</summary>
    /// <param name="now">The present answer of the machine.</param>
    /// <param name="before">Its answer before anything was done.</param>
    /// <param name="target">The system that it is to get.</param>
    /// <param name="activation">The way in which the host gets the system.</param>
    /// <param name="rollout">The id of the rollout.</param>
    public static HostPhase Of(HostFacts now, HostFacts before, StorePath target, Activation activation, string rollout)
    {
        if (now.IsSwitching)
            return HostPhase.Switching;
        var isOnTrial = now.Trial == rollout;
        var bootsTarget = now.Next == target;
        // After a power cut it runs what it boots; if these differed before, that is the one that it booted.
        var runsOld = now.Runs(before.Running) || now.Runs(before.System) || now.Runs(before.Next);
        if (now.Runs(target) && bootsTarget)
            return isOnTrial ? HostPhase.Unconfirmed : HostPhase.Kept;
        // A system that runs already and does not boot has to be kept, and nothing is known of it yet.
        if (now.Runs(target) && now.Next == before.Next)
            return before.Runs(target) && !isOnTrial ? HostPhase.Before : HostPhase.OnTrial;
        if (activation == Activation.Boot && runsOld && bootsTarget)
            return isOnTrial ? HostPhase.Pending : HostPhase.Kept;
        if (runsOld && now.Next == before.Next)
            return isOnTrial ? HostPhase.Tried : HostPhase.Before;
        if (runsOld && bootsTarget)
            return HostPhase.Pending;
        return HostPhase.Elsewhere;
    }
}
