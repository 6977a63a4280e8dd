namespace Hostlock.Platform.Programs;

/// <summary>Builds all requests for programs that the user names in hostlock.toml, with their arguments.</summary>
public static class UserProgram
{
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Builds a request that is bounded in every way: when it ends, or its time is over, no process of it is left.</summary>
    /// <param name="words">The program and its arguments.</param>
    /// <param name="limit">The longest time that it may run.</param>
    public static ProcessRequest Bounded(IReadOnlyList<string> words, TimeSpan limit) =>
        ProcessRequest.Of(words[0], words.Skip(1)) with { TimeLimit = limit, LeavesNothing = true };

    /// <summary>Builds a request without a time limit. Its output may have any length, and only its errors are kept.</summary>
    /// <param name="words">The program and its arguments. A program with a slash is looked up from the folder.</param>
    /// <param name="folder">The folder that it runs in.</param>
    public static ProcessRequest Awaited(IReadOnlyList<string> words, string folder) =>
        ProcessRequest.Of(Located(words[0], folder), words.Skip(1)) with
        {
            Folder = folder,
            Stop = new ProcessStop.Gently(Grace),
            Output = new ProcessOutput.Live(_ => { }),
        };

    /// <summary>
    /// Builds a request that runs to its end: a Ctrl-C at our terminal does not reach the program, because it might interrupt the work on a
    /// machine, and the program goes on if this one is killed. Its output may have any length, and only its errors are kept.
    /// </summary>
    /// <param name="words">The program and its arguments. A program with a slash is looked up from the folder.</param>
    /// <param name="folder">The folder that it runs in.</param>
    /// <param name="limit">The longest time that it may run.</param>
    public static ProcessRequest Alone(IReadOnlyList<string> words, string folder, TimeSpan limit) =>
        Awaited(words, folder) with { TimeLimit = limit, HasOwnSession = true, Stop = new ProcessStop.AtOnce() };

    static string Located(string program, string folder) =>
        program.Contains('/', StringComparison.Ordinal) ? Path.GetFullPath(program, folder) : program;
}
