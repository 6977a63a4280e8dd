namespace Hostlock.Fleets.Changes;

/// <summary>The outcome for one lock: a plan, or the reason why there is none.</summary>
/// <param name="Place">The lock.</param>
public abstract record LockOutcome(LockPlace Place)
{
    /// <summary>The lock was planned.</summary>
    public sealed record Planned(PlannedLock Lock) : LockOutcome(Lock.Place);

    /// <summary>The lock could not be planned, or must not be written.</summary>
    public sealed record Failed(LockPlace Place, HostlockException Why) : LockOutcome(Place);
}

/// <summary>The plan for some locks.</summary>
/// <param name="Outcomes">The outcome for each lock, in the order given.</param>
public sealed record LockPlan(IReadOnlyList<LockOutcome> Outcomes)
{
    /// <summary>True if one failed lock keeps all others from being written; false if the others are written anyway.</summary>
    public bool WritesAllOrNone { get; init; }
}
