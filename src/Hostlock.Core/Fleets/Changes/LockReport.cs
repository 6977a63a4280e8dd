namespace Hostlock.Fleets.Changes;

/// <summary>The result of a plan.</summary>
/// <param name="Outcomes">The outcome for each lock, in the order planned.</param>
/// <param name="IsWritten">True if the locks that change were written.</param>
public sealed record LockReport(IReadOnlyList<LockOutcome> Outcomes, bool IsWritten)
{
    /// <summary>The locks that were planned.</summary>
    public IEnumerable<PlannedLock> Locks
    {
        get
        {
            foreach (var outcome in Outcomes)
            {
                if (outcome is LockOutcome.Planned planned)
                    yield return planned.Lock;
            }
        }
    }

    /// <summary>The locks that have changed, or would change if the plan were written.</summary>
    public IEnumerable<PlannedLock> Changed => Locks.Where(planned => planned.IsChange);

    /// <summary>The locks that could not be planned, or must not be written.</summary>
    public IEnumerable<LockOutcome.Failed> Failed => Outcomes.OfType<LockOutcome.Failed>();
}
