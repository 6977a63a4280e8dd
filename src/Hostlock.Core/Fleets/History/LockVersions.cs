using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets.History;

/// <summary>Reads versions of locks: from disk, from git's history, and from machines.</summary>
/// <param name="processes">Runs git and ssh.</param>
/// <param name="folder">The fleet.</param>
/// <param name="machine">The name of the machine this runs on.</param>
public sealed class LockVersions(IProcessRunner processes, FleetFolder folder, string machine)
{
    /// <summary>The lock.</summary>
    /// <exception cref="HostlockException">There is none, it cannot be had, or it is no lock.</exception>
    public async Task<LockFile> ReadAsync(LockVersion version, CancellationToken cancellationToken) => version switch
    {
        LockVersion.Current(var place, _) => HostLocks.ReadExisting(place),
        LockVersion.Recorded(var place, _, var commit) => LockFileReader.Read($"{place.RelativePath}@{commit}", await ReadBytesAsync(version, cancellationToken)),
        LockVersion.Carried(var place, _, var system) => LockFileReader.Read($"{place.RelativePath}@{system}", await ReadBytesAsync(version, cancellationToken)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The bytes of the lock, as they are there.</summary>
    /// <exception cref="HostlockException">There is none, or it cannot be had.</exception>
    public async Task<byte[]> ReadBytesAsync(LockVersion version, CancellationToken cancellationToken)
    {
        switch (version)
        {
            case LockVersion.Current(var place, _):
                return HostLocks.ReadBytes(place) ?? throw FleetException.NoLock(place);
            case LockVersion.Recorded(var place, _, var commit):
                using (var history = LockHistory.Open(processes, folder))
                    return await history.AtAsync(place, commit, cancellationToken);
            case LockVersion.Carried(_, var host, var system):
                return await MachineLock.ReadAsync(
                    processes, folder.HostOf(host ?? throw FleetException.RootIsNoMachine()), system, machine, cancellationToken);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>
    /// The bytes of a lock before its last change: those committed if it has changed since, else those before the last commit that changed it.
    /// </summary>
    /// <exception cref="FleetException">There was nothing before, or the fleet is in no repository.</exception>
    public async Task<byte[]> BeforeLastChangeAsync(LockPlace place, CancellationToken cancellationToken)
    {
        using var history = LockHistory.Open(processes, folder);
        return await history.BeforeLastChangeAsync(place, cancellationToken);
    }
}
