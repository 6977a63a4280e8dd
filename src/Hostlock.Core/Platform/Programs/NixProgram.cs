namespace Hostlock.Platform.Programs;

/// <summary>The one builder of requests for nix.</summary>
public static class NixProgram
{
    /// <summary>Runs a command of nix that is about flakes, whatever the user's settings say of experimental features.</summary>
    /// <param name="arguments">The command and its arguments.</param>
    public static ProcessRequest Command(params IEnumerable<string> arguments) =>
        ProcessRequest.Of("nix", ["--extra-experimental-features", "nix-command flakes", .. arguments]);
}
