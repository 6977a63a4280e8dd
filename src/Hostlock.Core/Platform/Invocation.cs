using System.Collections.Immutable;

namespace Hostlock.Platform;

/// <summary>One run of a program as a value. Arguments are a list and never pass through a shell.</summary>
/// <param name="Program">The program's name, looked up on the PATH, or its absolute path.</param>
/// <param name="Arguments">The arguments, each as it is.</param>
public sealed record Invocation(string Program, ImmutableArray<string> Arguments)
{
    /// <summary>Where it runs; the current folder where null.</summary>
    public string? Folder { get; init; }

    /// <summary>What it reads on its standard input; nothing where null.</summary>
    public string? Input { get; init; }

    /// <summary>Variables set, or with null unset, beside those inherited.</summary>
    public ImmutableDictionary<string, string?> Variables { get; init; } = ImmutableDictionary<string, string?>.Empty;

    public static Invocation Of(string program, params IEnumerable<string> arguments) => new(program, [.. arguments]);

    /// <summary>The command as one would type it, for messages.</summary>
    public override string ToString() =>
        string.Join(' ', Arguments.Prepend(Program).Select(word => word.Any(c => c is ' ' or '\'' or '"' or '$') ? $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'" : word));
}

/// <summary>How a program ended and what it said.</summary>
/// <param name="ExitCode">Its exit code; 128 + N where signal N ended it.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">Its standard error.</param>
public sealed record Finished(int ExitCode, string Output, string Errors)
{
    public bool Succeeded => ExitCode == 0;
}
