using System.Collections.Immutable;
using System.Text;

namespace Hostlock.Platform;

/// <summary>One run of a program as a value. Arguments are a list and never pass through a shell.</summary>
/// <param name="Program">The program's name, looked up on the PATH, or its absolute path.</param>
/// <param name="Arguments">The arguments; no shell splits or expands them.</param>
public sealed record ProcessRequest(string Program, ImmutableArray<string> Arguments)
{
    /// <summary>Builds a request from single words.</summary>
    public static ProcessRequest Of(string program, params IEnumerable<string> arguments) => new(program, [.. arguments]);

    /// <summary>The arguments that a person is shown; null for all of them. The others are the same in every run of the program.</summary>
    public ImmutableArray<string>? Told { get; init; }

    /// <summary>The folder that the program runs in; null for the current folder.</summary>
    public string? Folder { get; init; }

    /// <summary>The changes to the environment that the program inherits.</summary>
    public EnvironmentChanges Environment { get; init; } = EnvironmentChanges.None;

    /// <summary>The whole standard input of the program.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>The place where its standard output goes.</summary>
    public ProcessOutput Output { get; init; } = new ProcessOutput.Text();

    /// <summary>The longest time that the program may run; null for no limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>The way in which the program is ended if the run is cancelled, takes too long or writes too much.</summary>
    public ProcessStop Stop { get; init; } = new ProcessStop.AtOnce();

    /// <summary>
    /// True if the program runs in a session of its own, by setsid(1). A Ctrl-C at our terminal does not reach it, and it cannot ask
    /// anything there.
    /// </summary>
    public bool HasOwnSession { get; init; }

    /// <summary>
    /// True if everything that the program started ends when the program does, or is stopped, also what has left it behind. The program
    /// runs in a session of its own.
    /// </summary>
    public bool LeavesNothing { get; init; }

    /// <summary>The same request with a text as the input, in UTF-8.</summary>
    public ProcessRequest WithInput(string text) => this with { Input = Encoding.UTF8.GetBytes(text) };

    /// <summary>The command as one would type it, for messages.</summary>
    public override string ToString() => ShellWord.Join((Told ?? Arguments).Prepend(Program));
}

/// <summary>The place where the standard output of a program goes.</summary>
public abstract record ProcessOutput
{
    /// <summary>The usual limit of an output, in bytes.</summary>
    public const long MaximumBytes = 512 * 1024 * 1024;

    ProcessOutput()
    {
    }

    /// <summary>The output is kept as text, in <see cref="Finished.Output"/>. Bytes that are not UTF-8 become U+FFFD.</summary>
    /// <param name="Maximum">The most bytes that the output may have.</param>
    public sealed record Text(long Maximum = MaximumBytes) : ProcessOutput;

    /// <summary>The output is kept as bytes, in <see cref="Finished.OutputBytes"/>.</summary>
    /// <param name="Maximum">The most bytes that the output may have.</param>
    public sealed record Bytes(long Maximum = MaximumBytes) : ProcessOutput;

    /// <summary>The output goes to a new file.</summary>
    /// <param name="Path">The file, which must not exist.</param>
    /// <param name="Maximum">The most bytes that the output may have.</param>
    public sealed record File(string Path, long Maximum) : ProcessOutput;

    /// <summary>The output is passed on as it comes, in pieces of text that may end anywhere. It may have any length.</summary>
    /// <param name="Told">Gets the pieces, one after the other.</param>
    public sealed record Live(Action<string> Told) : ProcessOutput;

    /// <summary>
    /// The output is passed on line by line, without the line feeds. It may have any length; a line of more than 64 KiB comes in pieces.
    /// </summary>
    /// <param name="Told">Gets the lines, one after the other.</param>
    public sealed record Lines(Action<string> Told) : ProcessOutput;
}

/// <summary>The way in which a program is stopped.</summary>
public abstract record ProcessStop
{
    ProcessStop()
    {
    }

    /// <summary>The program is killed at once, with all programs that it started.</summary>
    public sealed record AtOnce : ProcessStop;

    /// <summary>
    /// The program and all programs that it started are asked to end (SIGTERM), so that they can remove their lock files, for example.
    /// Those that still run after a grace period are killed.
    /// </summary>
    /// <param name="Grace">The longest time that they may take to end.</param>
    public sealed record Gently(TimeSpan Grace) : ProcessStop;

    /// <summary>
    /// A cancelled run goes on to its end, and its result is returned. This is for programs that must not stop half-way. A program that
    /// takes too long or writes too much is ended gently.
    /// </summary>
    public sealed record Never : ProcessStop;
}

/// <summary>The end of a program, and its output.</summary>
/// <param name="ExitCode">The exit code; 128 + N if signal N ended the program.</param>
/// <param name="Output">The standard output if the request keeps it as text; otherwise empty.</param>
/// <param name="Errors">The standard error; only its end if it is long.</param>
public sealed record Finished(int ExitCode, string Output, string Errors)
{
    /// <summary>The standard output if the request keeps it as bytes; otherwise empty.</summary>
    public ReadOnlyMemory<byte> OutputBytes { get; init; }

    /// <summary>True if the exit code is 0.</summary>
    public bool Succeeded => ExitCode == 0;
}
