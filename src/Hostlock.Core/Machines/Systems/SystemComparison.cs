using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Machines.Packages;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Machines.Systems;

/// <summary>
/// Compares the packages of two systems of a host. A version that a machine carries is the system that the machine has; any other version
/// is built by its lock.
/// </summary>
/// <param name="processes">Runs nix, git and ssh.</param>
/// <param name="folder">The fleet.</param>
/// <param name="machine">The name of this machine.</param>
/// <param name="cache">Keeps what is known of closures.</param>
public sealed class SystemComparison(IProcessRunner processes, FleetFolder folder, string machine, MachineCache cache)
{
    /// <summary>Finds or builds the two systems, and compares them.</summary>
    /// <param name="host">The host that is built.</param>
    /// <param name="before">The earlier side.</param>
    /// <param name="after">The later side.</param>
    /// <param name="told">Is told each system that is built.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">There is no nix, nix fails, or a machine cannot be reached.</exception>
    public async Task<PackageDiff> CompareAsync(
        HostName host, NamedLock before, NamedLock after, Action<string> told, CancellationToken cancellationToken)
    {
        NamedLock[] sides = [before, after];
        var built = new Queue<StorePath>(await new LockedSystems(processes, folder).BuildAsync(
            host, [.. sides.Where(side => side.Version is not LockVersion.Carried).Select(side => (side.Lock, side.Word))], told,
            cancellationToken));
        var closures = new List<Closure>();
        foreach (var side in sides)
        {
            var address = AddressOf(side.Version);
            var system = address is null ? built.Dequeue() : await CarriedAsync(address, side.Version, cancellationToken);
            closures.Add(await new Closures(processes, cache).OfAsync(address, system, cancellationToken));
        }
        return PackageDiff.Between(closures[0], closures[1]);
    }

    MachineAddress? AddressOf(LockVersion version) =>
        version is LockVersion.Carried { Host: { } carrier } ? MachineAddress.Of(folder.HostOf(carrier), machine) : null;

    async Task<StorePath> CarriedAsync(MachineAddress address, LockVersion version, CancellationToken cancellationToken)
    {
        var link = MachineLock.SystemOf(((LockVersion.Carried)version).System);
        var finished = await processes.RunAsync(Ssh.Command(address.Target, "readlink", "-f", link), cancellationToken);
        return finished.Succeeded && StorePath.TryParse(finished.Output.Trim()) is { } system
            ? system
            : throw MachineException.NotASystem(address.ToString(), link);
    }
}
