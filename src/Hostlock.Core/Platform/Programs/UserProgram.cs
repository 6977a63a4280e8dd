namespace Hostlock.Platform.Programs;

/// <summary>Builds requests for programs that the user names in hostlock.toml, with their arguments.</summary>
public static class UserProgram
{
    /// <summary>Builds a request that is bounded in every way: nothing of it is left when it ends, or its time is over.</summary>
    /// <param name="words">The program and its arguments.</param>
    /// <param name="limit">The longest time that it may run.</param>
    public static ProcessRequest Bounded(IReadOnlyList<string> words, TimeSpan limit) =>
        ProcessRequest.Of(words[0], words.Skip(1)) with { TimeLimit = limit, LeavesNothing = true };
}
