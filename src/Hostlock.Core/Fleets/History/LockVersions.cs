using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets.History;

/// <summary>Reads versions of locks: from disk, from git's history, and from machines.</summary>
/// <param name="processes">Runs git and ssh.</param>
/// <param name="folder">The fleet.</param>
/// <param name="machine">The name of this machine.</param>
public sealed class LockVersions(IProcessRunner processes, FleetFolder folder, string machine)
{
    /// <summary>Reads a version of a lock.</summary>
    /// <exception cref="HostlockException">The version does not exist, cannot be read, or is not a lock.</exception>
    public async Task<LockFile> ReadAsync(LockVersion version, CancellationToken cancellationToken) => version switch
    {
        LockVersion.Current(var place, _) => HostLocks.ReadExisting(place),
        LockVersion.Recorded(var place, _, var commit) =>
            LockFileReader.Read($"{place.RelativePath}@{commit}", await ReadBytesAsync(version, cancellationToken)),
        LockVersion.Carried(var place, _, var system) =>
            LockFileReader.Read($"{place.RelativePath}@{system}", await ReadBytesAsync(version, cancellationToken)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Reads the bytes of a version of a lock, unchanged.</summary>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="history">The history of the flake, if it is open for many versions; null to open it for this one.</param>
    /// <exception cref="HostlockException">The version does not exist, or cannot be read.</exception>
    public async Task<byte[]> ReadBytesAsync(LockVersion version, CancellationToken cancellationToken, LockHistory? history = null)
    {
        switch (version)
        {
            case LockVersion.Current(var place, _):
                return HostLocks.ReadBytes(place) ?? throw FleetException.NoLock(place);
            case LockVersion.Recorded(var place, _, var commit) { Others: var others }:
                using (var own = history is null ? LockHistory.Open(processes, folder) : null)
                    return await (history ?? own!).AtAsync(place, commit, others, cancellationToken);
            case LockVersion.Carried(_, var host, var system):
                return await MachineLock.ReadAsync(
                    processes, folder.HostOf(host ?? throw FleetException.RootIsNoMachine()), system, machine, cancellationToken);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}
