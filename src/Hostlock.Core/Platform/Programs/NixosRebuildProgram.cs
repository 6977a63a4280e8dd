namespace Hostlock.Platform.Programs;

/// <summary>Builds all requests for nixos-rebuild.</summary>
public static class NixosRebuildProgram
{
    const string Name = "nixos-rebuild";

    /// <summary>
    /// Builds a command in a session of its own. If nixos-rebuild hears a Ctrl-C, it interrupts what runs on the machine (nixpkgs#403269),
    /// so it must not hear ours.
    /// </summary>
    /// <param name="isByRoot">True if sudo runs it as root. Then sudo stays at our terminal, where it knows us, and the session begins
    /// beneath it.</param>
    /// <param name="arguments">The command and its arguments.</param>
    public static ProcessRequest Command(bool isByRoot, params IEnumerable<string> arguments) =>
        isByRoot
            ? ProcessRequest.Of("sudo", ["-n", "--", "setsid", "--wait", Name, .. arguments]) with { Stop = TheStop }
            : ProcessRequest.Of(Name, arguments) with { HasOwnSession = true, Stop = TheStop };

    // Its own clean-up is over in a moment; a unit that it has started goes on.
    static ProcessStop TheStop => new ProcessStop.AtOnce();
}
