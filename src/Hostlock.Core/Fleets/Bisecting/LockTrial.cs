using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.Bisecting;

/// <summary>Runs the user's command on a lock that is tried in a copy of the flake.</summary>
/// <param name="processes">Runs the command.</param>
/// <param name="original">The flake.</param>
/// <param name="copy">The copy, where the command runs.</param>
/// <param name="place">The host's lock.</param>
sealed class LockTrial(IProcessRunner processes, FleetFolder original, FleetFolder copy, LockPlace place)
{
    // The exit code that means "cannot be tested", as in git bisect.
    const int CannotBeTold = 125;

    // From here on, a signal ended the command (POSIX, 2.8.2), or a program that it runs failed by itself, as ssh does with 255. Neither
    // says anything of the lock. git bisect stops here too.
    const int FirstOfSignals = 128;

    // Builds clear up after themselves when they are asked to end.
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Runs the command on the lock that is in place in the copy.</summary>
    /// <param name="command">The command for the shell. Its exit code 0 means good, 125 means that it cannot tell, any other
    /// below 128 means bad.</param>
    /// <param name="said">Gets the output of the command as it comes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FleetException">A signal ended the command, or its exit code is 128 or more.</exception>
    public async Task<Verdict> RunAsync(string command, Action<string> said, CancellationToken cancellationToken)
    {
        var shell = UserShell.Command(command) with
        {
            Folder = copy.Path,
            Environment = EnvironmentChanges.None
                .Set("HOSTLOCK_HOST", place.Name)
                .Set("HOSTLOCK_FLAKE", copy.Path)
                .Set("HOSTLOCK_ORIGINAL", original.Path),
            Output = new ProcessOutput.Live(said),
            Stop = new ProcessStop.Gently(Grace),
        };
        return (await processes.RunAsync(shell, cancellationToken)).ExitCode switch
        {
            0 => Verdict.Good,
            CannotBeTold => Verdict.Skipped,
            >= FirstOfSignals and var code => throw FleetException.TrialWasEnded(place, code),
            _ => Verdict.Bad,
        };
    }
}
