using Hostlock.Fleets.Changes;

namespace Hostlock.Cli;

/// <summary>Prints the report of written locks, and the subject of their commit.</summary>
/// <param name="run">The run of the command.</param>
/// <param name="show">Prints the report.</param>
sealed class LockLines(CommandRun run, Action<LockReport> show) : ILockWritingWatcher
{
    public void Settled(LockReport report) => show(report);

    public void Warned(Warning warning) => run.Terminal.Warn(warning);

    public void Committed(string? subject) => Committed(run.Terminal, subject);

    /// <summary>Tells the subject of a commit.</summary>
    /// <param name="terminal">Prints it.</param>
    /// <param name="subject">The subject; null if the last commit has the files as they are.</param>
    public static void Committed(Terminal terminal, string? subject) =>
        terminal.Talk(subject is null ? "nothing to commit: git has it like this already\n" : $"committed: {subject}\n");
}
