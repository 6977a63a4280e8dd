namespace Hostlock.Platform.Programs;

/// <summary>Builds all requests for the desktop of the user.</summary>
public static class DesktopProgram
{
    /// <summary>The name of the program.</summary>
    public static string Name => OperatingSystem.IsMacOS() ? "open" : "xdg-open";

    /// <summary>Builds a request that shows a page by the user's usual program for pages. It ends once that program runs, or, on some
    /// desktops, when that program ends.</summary>
    /// <param name="place">The absolute path of the file, or the address: neither is taken for an option.</param>
    public static ProcessRequest Show(string place) =>
        ProcessRequest.Of("xdg-open", place) with { HasOwnSession = true, Stop = new ProcessStop.Never() };
}
