using System.Collections.Immutable;
using System.Text;

namespace Hostlock.Platform;

/// <summary>One run of a program as a value. Arguments are a list and never pass through a shell.</summary>
/// <param name="Program">The program's name, looked up on the PATH, or its absolute path.</param>
/// <param name="Arguments">The arguments, each as it is.</param>
public sealed record ProcessRequest(string Program, ImmutableArray<string> Arguments)
{
    /// <summary>Builds a request from single words.</summary>
    public static ProcessRequest Of(string program, params IEnumerable<string> arguments) => new(program, [.. arguments]);

    /// <summary>The folder it runs in; the current one if null.</summary>
    public string? Folder { get; init; }

    /// <summary>What differs in its environment from ours.</summary>
    public EnvironmentChanges Environment { get; init; } = EnvironmentChanges.None;

    /// <summary>What it reads on its standard input, which ends then; empty if it reads nothing.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>What becomes of its standard output.</summary>
    public ProcessOutput Output { get; init; } = new ProcessOutput.Text();

    /// <summary>How long it may run; as long as it likes if null.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>How it is ended when the run is cancelled, takes too long or says too much.</summary>
    public ProcessStop Stop { get; init; } = new ProcessStop.AtOnce();

    /// <summary>
    /// True if it runs in a session of its own, by setsid(1): a Ctrl-C at our terminal does not reach it, and it cannot ask anything there.
    /// </summary>
    public bool HasOwnSession { get; init; }

    /// <summary>The same request with a text, in UTF-8, as the input.</summary>
    public ProcessRequest WithInput(string text) => this with { Input = Encoding.UTF8.GetBytes(text) };

    /// <summary>The command as one would type it, for messages.</summary>
    public override string ToString() => ShellWord.Join(Arguments.Prepend(Program));
}

/// <summary>What becomes of what a program says on its standard output.</summary>
public abstract record ProcessOutput
{
    /// <summary>Most bytes that are kept of an output if nothing else is asked for.</summary>
    public const long MaximumBytes = 512 * 1024 * 1024;

    ProcessOutput()
    {
    }

    /// <summary>It is kept as text, which <see cref="Finished.Output"/> has; bytes that are not UTF-8 become U+FFFD.</summary>
    /// <param name="Maximum">Most bytes it may have.</param>
    public sealed record Text(long Maximum = MaximumBytes) : ProcessOutput;

    /// <summary>It is kept as it is, in <see cref="Finished.OutputBytes"/>.</summary>
    /// <param name="Maximum">Most bytes it may have.</param>
    public sealed record Bytes(long Maximum = MaximumBytes) : ProcessOutput;

    /// <summary>It goes to a new file.</summary>
    /// <param name="Path">The file, which must not exist.</param>
    /// <param name="Maximum">Most bytes it may have.</param>
    public sealed record File(string Path, long Maximum) : ProcessOutput;

    /// <summary>It is passed on as it comes, in pieces of text that end anywhere; of any length.</summary>
    /// <param name="Told">Told of each piece, one after the other.</param>
    public sealed record Live(Action<string> Told) : ProcessOutput;

    /// <summary>It is passed on line by line, without the line feeds; of any length. A line of more than 64 KiB comes in pieces.</summary>
    /// <param name="Told">Told of each line, one after the other.</param>
    public sealed record Lines(Action<string> Told) : ProcessOutput;
}

/// <summary>How a program is ended before it ends by itself.</summary>
public abstract record ProcessStop
{
    ProcessStop()
    {
    }

    /// <summary>It is killed at once, with all it started.</summary>
    public sealed record AtOnce : ProcessStop;

    /// <summary>
    /// It and all it started are asked to end (SIGTERM), so that they can put away what they hold; what still runs after a grace is killed.
    /// </summary>
    /// <param name="Grace">How long it may take to end.</param>
    public sealed record Gently(TimeSpan Grace) : ProcessStop;

    /// <summary>
    /// Once begun it is finished: a cancelled run goes on to its end and its result is returned, for what must not be left half-done. If it
    /// takes
    /// too long or says too much it is ended gently.
    /// </summary>
    public sealed record Never : ProcessStop;
}

/// <summary>How a program ended and what it said.</summary>
/// <param name="ExitCode">Its exit code; 128 + N if signal N ended it.</param>
/// <param name="Output">Its standard output if that was asked for as text; else empty.</param>
/// <param name="Errors">Its standard error; the end of it if it is long.</param>
public sealed record Finished(int ExitCode, string Output, string Errors)
{
    /// <summary>Its standard output if that was asked for as bytes; else empty.</summary>
    public ReadOnlyMemory<byte> OutputBytes { get; init; }

    /// <summary>True if its exit code is 0.</summary>
    public bool Succeeded => ExitCode == 0;
}
