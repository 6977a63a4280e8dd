namespace Hostlock.Fleets.Changes;

/// <summary>What came of one lock: a plan for it, or why there is none.</summary>
/// <param name="Place">The lock.</param>
public abstract record LockOutcome(LockPlace Place)
{
    /// <summary>The lock can be as it should be.</summary>
    public sealed record Planned(PlannedLock Lock) : LockOutcome(Lock.Place);

    /// <summary>This lock could not be made, or must not be written.</summary>
    public sealed record Failed(LockPlace Place, HostlockException Why) : LockOutcome(Place);
}

/// <summary>What is to become of some locks.</summary>
/// <param name="Outcomes">Each lock, in the order asked.</param>
public sealed record LockPlan(IReadOnlyList<LockOutcome> Outcomes)
{
    /// <summary>True if nothing is written once one lock fails; false if the others are written all the same.</summary>
    public bool WritesAllOrNone { get; init; }
}
