using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Machines.Systems;
using Hostlock.Reporting;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Steps;

namespace Hostlock.Cli;

/// <summary>Puts the lock of the system that a machine went back to into the repository, and names remaining differences.</summary>
static class RollbackLines
{
    /// <summary>Puts the lock back, and says so.</summary>
    /// <param name="run">The run of the command.</param>
    /// <param name="record">The host, which runs its earlier system.</param>
    /// <param name="commits">True if the lock is committed.</param>
    /// <returns>False if the lock could not be put back.</returns>
    public static async Task<bool> RestoreAsync(CommandRun run, HostRecord record, bool commits)
    {
        var host = run.Folder.HostOf(record.Plan.Host);
        var restore = run.Line("restore", host.Name.ToString(), "--to", "running");
        WritingMode mode = commits
            ? new WritingMode.WriteAndCommit(LockUpdating.Note with { Action = "rollback" })
            : new WritingMode.Write();
        var came = await new RolledBackLock(run.Processes, run.Folder, run.Surroundings.Machine).PutBackAsync(
            host.Name, mode, new LockLines(run, _ => { }), run.CancellationToken);
        switch (came)
        {
            case LockReturn.IsShared:
                run.Terminal.Talk(RollbackText.Shared(host.Name, restore));
                return true;
            case LockReturn.Failed(var why):
                run.Terminal.Error(why);
                run.Terminal.Talk(RollbackText.NotPutBack(host.Name, restore));
                return false;
            case LockReturn.Done(var place, var diff):
                run.Terminal.Talk(RollbackText.PutBack(place.RelativePath, diff));
                run.Terminal.Talk(await DifferenceAsync(run, host, record));
                run.Terminal.Talk(RollbackText.Freezes(host.Name, diff, words => run.Line(words)));
                return true;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
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
