using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.Bisecting;

/// <summary>
/// Locks of a host tried in the place of its own. The host's own lock lies beside meanwhile and comes back at the end; a run that is killed leaves
/// it there for the next.
/// </summary>
/// <param name="processes">Runs the command.</param>
/// <param name="folder">The fleet, where the command runs.</param>
/// <param name="place">The host's lock.</param>
/// <param name="kept">The file that the host's own lock is kept in, absolute.</param>
sealed class LockTrial(IProcessRunner processes, FleetFolder folder, LockPlace place, string kept)
{
    // What git bisect takes for "cannot be told".
    const int CannotBeTold = 125;

    /// <summary>Puts the host's own lock beside.</summary>
    /// <exception cref="HostlockException">The host has no lock.</exception>
    public void Begin()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
        AtomicFile.Replace(kept, HostLocks.ReadBytes(place) ?? throw FleetException.NoLock(place));
    }

    /// <summary>Puts the host's own lock back, if it lies beside.</summary>
    public void End()
    {
        if (!File.Exists(kept))
            return;
        HostLocks.WriteBytes(place, File.ReadAllBytes(kept));
        File.Delete(kept);
    }

    /// <summary>Runs the user's command on the lock that is in place.</summary>
    /// <param name="command">For the shell; its exit code says: 0 is good, 125 cannot be told, any other is bad.</param>
    /// <param name="said">Is given what the command says, as it says it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<Verdict> RunAsync(string command, Action<string> said, CancellationToken cancellationToken)
    {
        var shell = UserShell.Command(command) with
        {
            Folder = folder.Path,
            Environment = EnvironmentChanges.None.Set("HOSTLOCK_HOST", place.Name),
            Output = new ProcessOutput.Live(said),
        };
        return (await processes.RunAsync(shell, cancellationToken)).ExitCode switch
        {
            0 => Verdict.Good,
            CannotBeTold => Verdict.Skipped,
            _ => Verdict.Bad,
        };
    }
}
