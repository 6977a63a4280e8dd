namespace Hostlock.Platform.Programs;

/// <summary>Builds all requests for nix.</summary>
public static class NixProgram
{
    /// <summary>Builds a command about flakes, which works even if the user's settings do not enable them.</summary>
    /// <param name="arguments">The command and its arguments.</param>
    public static ProcessRequest Command(params IEnumerable<string> arguments) =>
        ProcessRequest.Of("nix", ["--extra-experimental-features", "nix-command flakes", .. arguments]);
}
