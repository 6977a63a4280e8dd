using Hostlock.Fetching;
using Hostlock.Fetching.Http;
using Hostlock.Platform;

namespace Hostlock.Cli;

/// <summary>Everything outside the program, in one record, so that a test can run the whole program in its own process.</summary>
/// <param name="Output">Takes data.</param>
/// <param name="Errors">Takes talk, also of several threads at once.</param>
/// <param name="Input">The answers to questions; null if nobody can be asked.</param>
/// <param name="Folder">The current folder.</param>
/// <param name="Variables">The environment.</param>
/// <param name="Http">Makes the connection to the network, on first use.</param>
/// <param name="Processes">Runs programs.</param>
/// <param name="Time">The clock.</param>
/// <param name="IsTerminal">True if a person reads the output.</param>
/// <param name="Width">The width of the terminal in columns.</param>
sealed record Surroundings(
    TextWriter Output,
    TextWriter Errors,
    TextReader? Input,
    string Folder,
    IReadOnlyDictionary<string, string> Variables,
    Func<NixSettings, HttpMessageHandler> Http,
    IProcessRunner Processes,
    TimeProvider Time,
    bool IsTerminal,
    int Width)
{
    /// <summary>The rows of the terminal; null if it is none, or does not say.</summary>
    public int? Height { get; init; }

    /// <summary>True if a person reads the output at a terminal on which lines can be drawn over.</summary>
    public bool CanRedraw => IsTerminal && Variables.GetValueOrDefault("TERM") is not (null or "" or "dumb");

    /// <summary>True if a person reads the errors.</summary>
    public bool IsErrorsTerminal { get; init; }

    /// <summary>Tells whether the output and the errors go to one place, such as a terminal, a pipe or a file.</summary>
    public Func<bool> IsOnePlace { get; init; } = () => false;

    /// <summary>Opens the keys of the terminal as they are pressed, as a stream of bytes. A read that brings nothing for a while gives 0
    /// bytes. Null if no person is at the terminal.</summary>
    public Func<CancellationToken, Task<Stream?>>? Keys { get; init; }

    /// <summary>Tells whether the terminal of the input is gone: its window was closed, or its connection ended.</summary>
    public Func<bool> IsTerminalGone { get; init; } = () => false;

    /// <summary>True if this program runs as root.</summary>
    public bool IsRoot { get; init; }

    /// <summary>The name of this machine.</summary>
    public string Machine { get; init; } = "";

    /// <summary>The same for one of several flakes, with a heading above its text.</summary>
    /// <param name="heading">The heading.</param>
    /// <param name="data">Takes the data, without a heading; null if it is printed.</param>
    /// <param name="printed">The flake of the last printed data.</param>
    /// <param name="said">The flake of the last talk.</param>
    public Surroundings Headed(string heading, TextWriter? data, Headings printed, Headings said) => this with
    {
        Output = data ?? new HeadedWriter(Output, heading, printed),
        Errors = new HeadedWriter(Errors, heading, said),
    };

    /// <summary>True if a window can be opened. Only a desktop of X or Wayland says so; macOS has one.</summary>
    public bool HasDisplay =>
        OperatingSystem.IsMacOS()
        || Variables.GetValueOrDefault("DISPLAY", "").Length > 0
        || Variables.GetValueOrDefault("WAYLAND_DISPLAY", "").Length > 0;

    /// <summary>The variable that names the folder of the flake.</summary>
    public const string FlakeVariable = "HOSTLOCK_FLAKE";

    /// <summary>The folder of the flake if no option names it, absolute: HOSTLOCK_FLAKE, or else the current folder.</summary>
    public string FlakeFolder =>
        Path.GetFullPath(Variables.GetValueOrDefault(FlakeVariable) is { Length: > 0 } named ? named : ".", Folder);

    /// <summary>The folder of answers and copies of repositories; null if this user has no place for it.</summary>
    /// <remarks>The XDG base directory specification: a relative XDG_CACHE_HOME is ignored.</remarks>
    public string? CachePath =>
        Variables.GetValueOrDefault("XDG_CACHE_HOME") is { } set && Path.IsPathRooted(set) ? Path.Combine(set, "hostlock")
        : UserHome.Find(Variables.GetValueOrDefault("HOME")) is { } home ? Path.Combine(home, ".cache", "hostlock")
        : null;

    /// <summary>The file of the keys of machines that this user's ssh knows; null if this user has no folder.</summary>
    public string? KnownHostsPath =>
        UserHome.Find(Variables.GetValueOrDefault("HOME")) is { } home ? Path.Combine(home, ".ssh", "known_hosts") : null;

    /// <summary>The same, with each program that is run and each request to a server told.</summary>
    /// <param name="run">Is told each command, as one would type it.</param>
    /// <param name="ask">Is told each address.</param>
    public Surroundings Telling(Action<string> run, Action<string> ask) => this with
    {
        Processes = new ToldProcesses(Processes, run),
        Http = settings => new ToldRequests(Http(settings), ask),
    };

    /// <summary>The same with nobody to read the talk, or to answer.</summary>
    public Surroundings Silent => Alone(TextWriter.Null);

    /// <summary>The same for a run without a person at a terminal: all its text goes to one place, and nobody is asked.</summary>
    /// <param name="text">Takes data and talk.</param>
    public Surroundings Alone(TextWriter text) => this with
    {
        Output = text,
        Errors = text,
        Input = null,
        Keys = null,
        IsTerminal = false,
        IsErrorsTerminal = false,
        IsOnePlace = () => true,
        Height = null,
    };

    /// <summary>The error of a file, of memory or of a thread that the system refused, and that nobody knew more about; null if the failure
    /// is none of these.</summary>
    public static HostlockException? Refusal(Exception why) => why switch
    {
        IOException or UnauthorizedAccessException => PlatformException.Refused(why),
        OutOfMemoryException => PlatformException.NoRoom(why),
        // A thread that the runtime starts for itself, such as that of its timers.
        TypeInitializationException { InnerException: { } inner } => Refusal(inner),
        _ => null,
    };
}
