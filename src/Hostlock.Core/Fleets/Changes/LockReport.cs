namespace Hostlock.Fleets.Changes;

/// <summary>What became of a plan.</summary>
/// <param name="Outcomes">Each lock, in the order planned.</param>
/// <param name="IsWritten">True if the locks that change were written.</param>
public sealed record LockReport(IReadOnlyList<LockOutcome> Outcomes, bool IsWritten)
{
    /// <summary>The locks that can be as they should be.</summary>
    public IEnumerable<PlannedLock> Locks => Outcomes.OfType<LockOutcome.Planned>().Select(outcome => outcome.Lock);

    /// <summary>The locks that are no longer what they were, or would not be if the plan were written.</summary>
    public IEnumerable<PlannedLock> Changed => Locks.Where(planned => planned.IsChange);

    /// <summary>The locks that could not be made, or must not be written.</summary>
    public IEnumerable<LockOutcome.Failed> Failed => Outcomes.OfType<LockOutcome.Failed>();
}
