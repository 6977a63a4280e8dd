namespace Hostlock.Platform.Programs;

/// <summary>
/// Runs commands of git that change a repository. Another git may be at work there, such as one that a killed run left behind, or the
/// user's own: its lock file is waited for.
/// </summary>
public static class GitTurn
{
    // The lock files that commands on a work tree take, as git names them in its error. A hook may print names of other lock files.
    static readonly string[] LockFiles = ["/index.lock'", "/HEAD.lock'", "/packed-refs.lock'", "/ORIG_HEAD.lock'"];

    // The exit code of git config if another git is writing to the file. Its message does not name the lock file.
    const int ConfigIsLocked = 255;

    // About five seconds together. A lock file that is older than that was most likely left by a git that was killed.
    static readonly int[] Pauses = [10, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000, 1000];

    /// <summary>Runs a command. If another git keeps it from running, it is tried again for about five seconds.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="request">The command, which changes nothing if git cannot take its lock file.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>The result of the last try.</returns>
    public static async Task<Finished> RunAsync(IProcessRunner processes, ProcessRequest request, CancellationToken cancellationToken)
    {
        var finished = await processes.RunAsync(request, cancellationToken);
        foreach (var pause in Pauses)
        {
            if (finished.Succeeded || !IsLockedOut(finished))
                break;
            await Task.Delay(pause, cancellationToken);
            finished = await processes.RunAsync(request, cancellationToken);
        }
        return finished;
    }

    static bool IsLockedOut(Finished finished) =>
        finished.ExitCode == ConfigIsLocked
        || LockFiles.Any(name => finished.Errors.Contains(name, StringComparison.Ordinal))
        || (finished.Errors.Contains("/refs/", StringComparison.Ordinal) && finished.Errors.Contains(".lock'", StringComparison.Ordinal));
}
