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
    /// <param name="subject">The subject of the commit; null if the last commit has the same locks.</param>
    void Committed(string? subject);
}

/// <summary>The work of planning and writing in one flake, alone or together with others.</summary>
/// <param name="Folder">The flake.</param>
/// <param name="Words">The words of the command, as they are recorded.</param>
/// <param name="Watcher">Is told the steps.</param>
/// <param name="PlanAsync">Makes the plan; nobody else changes the locks meanwhile.</param>
/// <param name="Mode">The way in which the plan is written; the same for all flakes that are written together.</param>
public sealed record FlakeWriting(
    FleetFolder Folder, IEnumerable<string> Words, ILockWritingWatcher Watcher, Func<CancellationToken, Task<LockPlan>> PlanAsync,
    WritingMode Mode)
{
    /// <summary>The name that tells the flake from the others of its repository; empty if it is written alone.</summary>
    public string Name { get; init; } = "";
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
    /// <param name="mode">The way in which the plan is written.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">Planning fails, a lock cannot be written, or git refuses the commit.</exception>
    public async Task<LockReport> RunAsync(
        Func<CancellationToken, Task<LockPlan>> planAsync, WritingMode mode, CancellationToken cancellationToken) =>
        (await RunAsync(processes, [new(folder, words, watcher, planAsync, mode)], cancellationToken))[0];

    /// <summary>Plans and writes in several flakes of one repository: all locks are written at once, and in one commit. If one flake
    /// cannot be planned, or has a lock that keeps all others from being written, nothing is written in any.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="flakes">The writing in each.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The report for each flake, in the order given.</returns>
    /// <exception cref="HostlockException">Planning fails, a lock cannot be written, or git refuses the commit.</exception>
    public static async Task<IReadOnlyList<LockReport>> RunAsync(
        IProcessRunner processes, IReadOnlyList<FlakeWriting> flakes, CancellationToken cancellationToken)
    {
        var mode = flakes[0].Mode;
        using var reserved = mode is WritingMode.PlanOnly ? null : new Reservations([.. flakes.Select(flake => flake.Folder)]);
        // If nothing can be committed here, the error comes before anything is written.
        var commit = mode is WritingMode.WriteAndCommit ? LockCommit.In(processes, [.. flakes.Select(flake => flake.Folder)]) : null;

        var plans = await Task.WhenAll(flakes.Select(flake => flake.PlanAsync(cancellationToken)));
        var isKeptBack = plans.Any(plan => plan.WritesAllOrNone && plan.Outcomes.Any(outcome => outcome is LockOutcome.Failed));
        var reports = plans.Select(plan => new LockReport(plan.Outcomes, mode is not WritingMode.PlanOnly && !isKeptBack)).ToList();
        var texts = reports.Select(report => PlannedLock.Texts(Written(report))).ToList();
        var entries = flakes.Zip(texts, (flake, written) => ChangeRecord.EntryOf(
            flake.Folder, flake.Words, written.Select(text => (text.Place.RelativePath, (ReadOnlyMemory<byte>?)text.Bytes))))
            .OfType<RecordEntry>().ToList();
        // The locks that were asked for come last, after those that get a shared input along with them: if a run is broken off between the
        // two, the same command still finds something to move, and to share.
        PlannedLock.Apply(texts.SelectMany(written => written).Reverse(), entries);
        foreach (var (flake, report) in flakes.Zip(reports))
            flake.Watcher.Settled(report);
        foreach (var (flake, report) in flakes.Zip(reports))
        {
            var hidden = await GitVisibility.ShowToNixAsync(
                processes,
                flake.Folder,
                report.IsWritten ? [.. report.Locks.Select(planned => planned.Place.FullPath).Where(File.Exists)] : [],
                cancellationToken);
            foreach (var warning in Written(report).Any() ? hidden : [])
                flake.Watcher.Warned(warning);
        }

        // A lock that an earlier run wrote and could not commit is committed now, although this run has not changed it.
        if (commit is not null && !isKeptBack)
        {
            var note = CommitNote.OfFlakes(
                flakes.Select(flake => (flake.Folder, flake.Name, ((WritingMode.WriteAndCommit)flake.Mode).Note)));
            flakes[^1].Watcher.Committed(
                await commit.MakeAsync([.. reports.SelectMany(report => report.Locks)], note, cancellationToken));
        }
        return reports;
    }

    static IEnumerable<PlannedLock> Written(LockReport report) => report.IsWritten ? report.Changed : [];
}
