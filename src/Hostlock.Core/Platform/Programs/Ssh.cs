namespace Hostlock.Platform.Programs;

/// <summary>The one builder of requests for ssh, the user's own.</summary>
public static class Ssh
{
    /// <summary>
    /// Runs a program of another machine. Nobody is asked for a password. ssh gives a shell there one line: the words are quoted for it, so
    /// that
    /// it takes each as it is.
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
