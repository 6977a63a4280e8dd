using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Machines.Systems;
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
            run.Terminal.Talk($"the lock of {host.Name} is shared, so it stays as it is; to put it back for all: {restore}\n");
            return true;
        }
        LockReport report;
        try
        {
            var bytes = await MachineLock.ReadAsync(
                run.Processes, host, "running", run.Surroundings.Machine, run.CancellationToken);
            WritingMode mode = commits
                ? new WritingMode.WriteAndCommit(LockUpdating.Note with { IsRollback = true })
                : new WritingMode.Write();
            report = await new LockWriting(run.Processes, run.Folder, new LockLines(run, _ => { })).RunAsync(
                _ =>
                    Task.FromResult(
                        new LockPlan([new LockOutcome.Planned(PlannedLock.Restoring(place, bytes))])), mode, run.CancellationToken);
        }
        catch (HostlockException why)
        {
            run.Terminal.Error(why);
            run.Terminal.Talk($"{host.Name} went back, and its lock is not put back; try again: {restore}\n");
            return false;
        }
        var diff = report.Locks.Single().Diff;
        run.Terminal.Talk(
            diff.IsEmpty ? $"{place.RelativePath} has these pins already\n" : $"{place.RelativePath} has the pins of that system again\n");
        await TellDifferenceAsync(run, host, record);
        foreach (var change in diff.Changes.Where(change => change is { Path.Length: 1, Moves: true, After: LockEdge.Locked }))
            run.Terminal.Talk(
                $"keep it there: {run.Line("freeze", host.Name.ToString(), change.Path.ToString(), "--reason", "rolled back")}\n");
        return true;
    }

    static async Task TellDifferenceAsync(CommandRun run, Host host, HostRecord record)
    {
        try
        {
            var made = await new SystemEvaluation(run.Processes, run.Folder).OfAsync(host, run.CancellationToken);
            run.Terminal.Talk(
                made == record.Plan.Target
                    ? $"the repository makes the system of {host.Name} again\n"
                    : $"the pins are back, and the modules are newer: the repository makes another system for {host.Name}\n");
        }
        catch (HostlockException why)
        {
            run.Terminal.Talk($"it is not known whether the repository makes that system again: {Visible.Name(why.Message)}\n");
        }
    }
}
