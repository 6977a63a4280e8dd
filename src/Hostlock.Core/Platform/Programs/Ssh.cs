namespace Hostlock.Platform.Programs;

/// <summary>Builds all requests for the user's own ssh.</summary>
public static class Ssh
{
    const string Name = "ssh";

    // Nobody is asked for a password, and a machine that is asleep is not waited for.
    static readonly string[] Options = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=8"];

    // A command without a time limit ends if the machine falls silent.
    static readonly string[] EndsInSilence = ["-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=4"];

    /// <summary>The options that nix and nixos-rebuild give to ssh, in the form of NIX_SSHOPTS.</summary>
    /// <param name="port">The port of the machine, in digits; null if ssh knows it by itself.</param>
    /// <remarks>Nix up to 2.26 at least takes no port in an address.</remarks>
    public static string NixOptions(string? port) =>
        string.Join(' ', [.. Options, .. EndsInSilence, .. port is null ? [] : new[] { "-p", port }]);

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
            : ProcessRequest.Of(Name, [.. Options, "--", target, .. arguments.Prepend(program).Select(ShellWord.Quote)]);

    /// <summary>Builds a command that has a POSIX shell of another machine run a script. No terminal is made for it.</summary>
    /// <param name="target">The machine as ssh knows it; null for this machine, where the shell runs without ssh.</param>
    /// <param name="script">The script. It goes to the shell's input, so it may have any length, and the shell that logs in there does not
    /// read it.</param>
    /// <param name="arguments">The arguments of the script.</param>
    public static ProcessRequest Script(string? target, string script, params IEnumerable<string> arguments) =>
        Command(target, "sh", arguments.Prepend("-s")).WithInput(script);

    /// <summary>Builds the same, run as root, for as long as it takes and the machine answers.</summary>
    /// <param name="target">The machine as ssh knows it; null for this machine.</param>
    /// <param name="bySudo">True if the user is not root there, and becomes root by sudo without a password.</param>
    /// <param name="script">The script.</param>
    /// <param name="arguments">The arguments of the script.</param>
    public static ProcessRequest RootScript(string? target, bool bySudo, string script, params IEnumerable<string> arguments) =>
        With(
            EndsInSilence,
            bySudo
                ? Command(target, "sudo", ["-n", "--", "sh", "-s", .. arguments]).WithInput(script)
                : Script(target, script, arguments));

    /// <summary>The same command over a connection of its own, even if the user's settings share connections.</summary>
    /// <param name="request">A command of this class; one that does not go through ssh stays as it is.</param>
    public static ProcessRequest OnNewConnection(ProcessRequest request) =>
        With(["-o", "ControlMaster=no", "-o", "ControlPath=none"], request);

    static ProcessRequest With(string[] options, ProcessRequest request) =>
        request.Program == Name ? request with { Arguments = [.. options, .. request.Arguments] } : request;

    /// <summary>Asks ssh for its settings of a machine, one on each line. It does not connect.</summary>
    /// <param name="target">The machine as ssh knows it.</param>
    public static ProcessRequest Settings(string target) => ProcessRequest.Of(Name, "-G", "--", target);

    /// <summary>Builds the command that has sudo ask for the password of the user, at the terminal.</summary>
    public static ProcessRequest AskForPassword() => ProcessRequest.Of("sudo", "-v");
}
