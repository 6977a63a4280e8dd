namespace Hostlock.Platform.Programs;

/// <summary>Builds all requests for the desktop of the user.</summary>
public static class DesktopProgram
{
    /// <summary>Builds a request that shows a file by the program that the user shows such files by. It ends once that program runs, or, on
    /// a desktop that knows no better, when that program ends.</summary>
    /// <param name="file">The file, absolute: no file is taken for an option.</param>
    public static ProcessRequest Show(string file) =>
        ProcessRequest.Of("xdg-open", file) with { HasOwnSession = true, Stop = new ProcessStop.Never() };
}
