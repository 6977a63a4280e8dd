namespace Hostlock.Platform.Programs;

/// <summary>Builds all requests for the user's own ssh.</summary>
public static class Ssh
{
    // Nobody is asked for a password, and a machine that is asleep is not waited for.
    static readonly string[] Options = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=8"];

    /// <summary>
    /// Builds a command that runs a program on another machine. ssh gives a shell there one line, so the
    /// words are quoted, and the shell takes each of them unchanged.
    /// </summary>
    /// <param name="target">The machine as ssh knows it, <c>root@plex.lan</c>; null for this machine, where the program runs without
    /// ssh.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    public static ProcessRequest Command(string? target, string program, params IEnumerable<string> arguments) =>
        target is null
            ? ProcessRequest.Of(program, arguments)
            : ProcessRequest.Of("ssh", [.. Options, "--", target, .. arguments.Prepend(program).Select(ShellWord.Quote)]);

    /// <summary>Builds a command that has a POSIX shell of another machine run a script. No terminal is made for it.</summary>
    /// <param name="target">The machine as ssh knows it; null for this machine, where the shell runs without ssh.</param>
    /// <param name="script">The script. It goes to the shell's input, so it may have any length, and the shell that logs in there does not
    /// read it.</param>
    /// <param name="arguments">The arguments of the script.</param>
    public static ProcessRequest Script(string? target, string script, params IEnumerable<string> arguments) =>
        Command(target, "sh", arguments.Prepend("-s")).WithInput(script);
}
