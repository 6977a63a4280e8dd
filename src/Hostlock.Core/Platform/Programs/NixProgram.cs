namespace Hostlock.Platform.Programs;

/// <summary>Builds all requests for nix.</summary>
public static class NixProgram
{
    /// <summary>Builds a command about flakes, which works even if the user's settings do not enable them.</summary>
    /// <param name="arguments">The command and its arguments.</param>
    public static ProcessRequest Command(params IEnumerable<string> arguments) => On(null, arguments);

    /// <summary>Builds the same command for another machine, through ssh.</summary>
    /// <param name="target">The machine as ssh knows it; null for this machine.</param>
    /// <param name="arguments">The command and its arguments.</param>
    public static ProcessRequest On(string? target, params IEnumerable<string> arguments) =>
        Ssh.Command(target, "nix", ["--extra-experimental-features", "nix-command flakes", .. arguments]);
}
