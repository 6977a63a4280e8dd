using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.History;
using Hostlock.Machines.Systems;
using Hostlock.Reporting;
using Hostlock.Rollouts;

namespace Hostlock.Cli;

/// <summary>Puts the lock of the system that a machine went back to into the repository, and says what differs all the same.</summary>
static class RolledBackLock
{
    /// <summary>Puts the lock back. What cannot be done is said, because the machine went back already.</summary>
    /// <param name="run">The run of the command.</param>
    /// <param name="record">The host, which runs its earlier system.</param>
    /// <param name="commits">True if the lock is committed.</param>
    /// <returns>False if the lock could not be put back.</returns>
    public static async Task<bool> RestoreAsync(CommandRun run, HostRecord record, bool commits)
    {
        var host = run.Folder.HostOf(record.Plan.Host);
        var place = run.Folder.PlaceOf(host.Name);
        var restore = run.Line("restore", host.Name.ToString(), "--to", "running");
        if (place.Sharers.Count > 1)
        {
            run.Terminal.Talk(RollbackText.Shared(host.Name, restore));
            return true;
        }
        LockReport report;
        try
        {
            var bytes = await MachineLock.ReadAsync(
                run.Processes, host, "running", run.Surroundings.Machine, run.CancellationToken);
            WritingMode mode = commits
                ? new WritingMode.WriteAndCommit(LockUpdating.Note with { Action = "rollback" })
                : new WritingMode.Write();
            string[] words = ["rollback", host.Name.ToString()];
            report = await new LockWriting(run.Processes, run.Folder, words, new LockLines(run, _ => { })).RunAsync(
                _ =>
                    Task.FromResult(
                        new LockPlan(
                            [
                                new LockOutcome.Planned(
                                    PlannedLock.Restoring(place, bytes, $"{place.RelativePath}@{MachineLock.Running}")),
                            ])), mode, run.CancellationToken);
        }
        catch (HostlockException why)
        {
            run.Terminal.Error(why);
            run.Terminal.Talk(RollbackText.NotPutBack(host.Name, restore));
            return false;
        }
        var diff = report.Locks.Single().Diff;
        run.Terminal.Talk(RollbackText.PutBack(place.RelativePath, diff));
        run.Terminal.Talk(await DifferenceAsync(run, host, record));
        run.Terminal.Talk(RollbackText.Freezes(host.Name, diff, words => run.Line(words)));
        return true;
    }

    static async Task<string> DifferenceAsync(CommandRun run, Host host, HostRecord record)
    {
        try
        {
            var made = await new SystemEvaluation(run.Processes, run.Folder).OfAsync(host, run.CancellationToken);
            return RollbackText.Makes(host.Name, made == record.Plan.Target);
        }
        catch (HostlockException why)
        {
            return RollbackText.NotEvaluated(why);
        }
    }
}
