using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Rollouts.Steps;

/// <summary>The result of putting a lock back into the repository.</summary>
public abstract record LockReturn
{
    LockReturn()
    {
    }

    /// <summary>The lock is as the machine has it.</summary>
    /// <param name="Place">The lock.</param>
    /// <param name="Diff">The changes in the lock.</param>
    public sealed record Done(LockPlace Place, LockDiff Diff) : LockReturn;

    /// <summary>Other hosts share the lock and did not go back, so it stays.</summary>
    public sealed record IsShared : LockReturn;

    /// <summary>The lock cannot be had from the machine, or cannot be written.</summary>
    /// <param name="Why">The reason.</param>
    public sealed record Failed(HostlockException Why) : LockReturn;
}

/// <summary>Puts the lock of the system that a machine went back to into the repository.</summary>
/// <param name="processes">Runs ssh and git.</param>
/// <param name="folder">The flake.</param>
/// <param name="machine">The name of this machine.</param>
public sealed class RolledBackLock(IProcessRunner processes, FleetFolder folder, string machine)
{
    /// <summary>Puts the lock back. A failure is a result, because the machine went back already.</summary>
    /// <param name="name">The host, which runs its earlier system.</param>
    /// <param name="mode">The way in which the lock is written.</param>
    /// <param name="watcher">Is told of the lock that is written.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<LockReturn> PutBackAsync(
        HostName name, WritingMode mode, ILockWritingWatcher watcher, CancellationToken cancellationToken)
    {
        var place = folder.PlaceOf(name);
        if (place.Sharers.Count > 1)
            return new LockReturn.IsShared();
        try
        {
            var bytes = await MachineLock.ReadAsync(processes, folder.HostOf(name), MachineLock.Running, machine, cancellationToken);
            var planned = PlannedLock.Restoring(place, bytes, $"{place.RelativePath}@{MachineLock.Running}");
            var report = await new LockWriting(processes, folder, ["rollback", name.ToString()], watcher).RunAsync(
                _ => Task.FromResult(new LockPlan([new LockOutcome.Planned(planned)])), mode, cancellationToken);
            return new LockReturn.Done(place, report.Locks.Single().Diff);
        }
        catch (HostlockException why)
        {
            return new LockReturn.Failed(why);
        }
    }
}
