namespace Hostlock.Platform.Programs;

/// <summary>Builds all requests for the user's own ssh.</summary>
public static class Ssh
{
    /// <summary>
    /// Builds a command that runs a program on another machine. Nobody is asked for a password. ssh gives a shell there one line, so the
    /// words are quoted, and the shell takes each of them unchanged.
    /// </summary>
    /// <param name="target">The machine as ssh knows it, <c>root@plex.lan</c>; null for this machine, where the program runs without
    /// ssh.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    public static ProcessRequest Command(string? target, string program, params IEnumerable<string> arguments) =>
        target is null
            ? ProcessRequest.Of(program, arguments)
            : ProcessRequest.Of("ssh", ["-o", "BatchMode=yes", "--", target, .. arguments.Prepend(program).Select(ShellWord.Quote)]);
}
