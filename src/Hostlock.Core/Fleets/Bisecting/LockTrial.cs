using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.Bisecting;

/// <summary>
/// Tries locks in place of a host's own. The host's own lock is moved aside meanwhile, and put back at the end. If a run is killed, the
/// next one puts it back.
/// </summary>
/// <param name="processes">Runs the command.</param>
/// <param name="folder">The fleet, where the command runs.</param>
/// <param name="place">The host's lock.</param>
/// <param name="kept">The file that the host's own lock is kept in, absolute.</param>
sealed class LockTrial(IProcessRunner processes, FleetFolder folder, LockPlace place, string kept)
{
    // The exit code that means "cannot be tested", as in git bisect.
    const int CannotBeTold = 125;

    /// <summary>Moves the host's own lock aside.</summary>
    /// <exception cref="HostlockException">The host has no lock.</exception>
    public void Begin()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
        AtomicFile.Replace(kept, HostLocks.ReadBytes(place) ?? throw FleetException.NoLock(place));
    }

    /// <summary>Puts the host's own lock back, if it was moved aside.</summary>
    public void End()
    {
        if (!File.Exists(kept))
            return;
        HostLocks.WriteBytes(place, File.ReadAllBytes(kept));
        File.Delete(kept);
    }

    /// <summary>Runs the user's command on the lock that is in place.</summary>
    /// <param name="command">The command for the shell. Its exit code 0 means good, 125 means that it cannot tell, any other means
    /// bad.</param>
    /// <param name="said">Gets the output of the command as it comes.</param>
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
