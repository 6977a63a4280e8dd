using Hostlock.Platform;

namespace Hostlock.Fleets.Changes;

/// <summary>Is told when locks are written and committed.</summary>
public interface ILockWritingWatcher
{
    /// <summary>The locks were planned, and written if the mode says so. A commit may follow.</summary>
    void Settled(LockReport report);

    /// <summary>Nix does not see a lock that was written.</summary>
    void Warned(Warning warning);

    /// <summary>The locks were committed.</summary>
    /// <param name="subject">The subject of the commit; null if the last commit has them as they are.</param>
    void Committed(string? subject);
}

/// <summary>Plans locks, writes them and commits them. No other hostlock can write to the fleet meanwhile.</summary>
/// <param name="processes">Runs git.</param>
/// <param name="folder">The fleet.</param>
/// <param name="words">The words of the command, as they are recorded.</param>
/// <param name="watcher">Is told the steps.</param>
public sealed class LockWriting(
    IProcessRunner processes, FleetFolder folder, IEnumerable<string> words, ILockWritingWatcher watcher)
{
    /// <summary>Plans and writes.</summary>
    /// <param name="planAsync">Makes the plan; nobody else changes the locks meanwhile.</param>
    /// <param name="mode">How the plan is written.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">Planning fails, a lock cannot be written, or git refuses the commit.</exception>
    public async Task<LockReport> RunAsync(
        Func<CancellationToken, Task<LockPlan>> planAsync, WritingMode mode, CancellationToken cancellationToken)
    {
        using var reserved = mode is WritingMode.PlanOnly ? null : folder.Reserve();
        // If nothing can be committed here, the error comes before anything is written.
        var commit = mode is WritingMode.WriteAndCommit ? LockCommit.In(processes, folder) : null;

        var plan = await planAsync(cancellationToken);
        var isKeptBack = plan.WritesAllOrNone && plan.Outcomes.Any(outcome => outcome is LockOutcome.Failed);
        var report = new LockReport(plan.Outcomes, mode is not WritingMode.PlanOnly && !isKeptBack);
        var changed = report.IsWritten ? report.Changed.ToList() : [];
        var texts = PlannedLock.Texts(changed);
        ChangeRecord.Begin(processes, folder, words, texts.Select(text => (text.Place.RelativePath, (ReadOnlyMemory<byte>?)text.Bytes)));
        // The locks that were asked for come last, after those that get a shared input along with them: if a run is broken off between the
        // two, the same command still finds something to move, and to share.
        PlannedLock.Apply(texts.Reverse());
        var hidden = await GitVisibility.ShowToNixAsync(
            processes,
            folder,
            report.IsWritten ? [.. report.Locks.Select(planned => planned.Place.FullPath).Where(File.Exists)] : [],
            cancellationToken);
        watcher.Settled(report);
        if (hidden is not null && changed.Count > 0)
            watcher.Warned(hidden);

        // A lock that an earlier run wrote and could not commit is committed now, although this run has not changed it.
        if (commit is not null && mode is WritingMode.WriteAndCommit(var note) && report.IsWritten)
            watcher.Committed(await commit.MakeAsync([.. report.Locks], [], note, cancellationToken));
        return report;
    }
}
