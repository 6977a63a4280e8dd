using System.Net;
using System.Runtime.InteropServices;
using Hostlock.Cli;
using Hostlock.Fetching.Http;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

StandardStreams.OpenClosed();
// This needs no preparation. If it cannot be printed, the run below says why.
if (args is ["--version" or "-V"] && StandardStreams.TryPrint(App.VersionLine))
    return (int)ExitCode.Done;
using var interrupted = new CancellationTokenSource();
using var onInterrupt = StopAt(PosixSignal.SIGINT);
using var onTerminate = StopAt(PosixSignal.SIGTERM);
using var onHangUp = StopAt(PosixSignal.SIGHUP);

var variables = new EnvironmentVariables();
using var printed = new PrintedStream(StandardStreams.Output(), PlatformException.CannotPrint);
using var told = new PrintedStream(StandardStreams.Errors(), failure: null);
using var output = new PrintedWriter(printed, output: null);
using var errors = new PrintedWriter(told, output);
// If the errors go to a file, or the output to a pipe, nobody is asked for keys.
var isWatched = !Console.IsErrorRedirected && variables.GetValueOrDefault("TERM") is not (null or "dumb");
var surroundings = new Surroundings(
    output,
    errors,
    Console.IsInputRedirected ? null : new LazyInput(StandardStreams.Terminal),
    CurrentFolder(),
    variables,
    settings =>
    {
        Certificates.Choose(variables, settings.CertificateFile);
        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = settings.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            // A line of 50 Mbit/s with 20 ms has more bytes under way than the usual window lets a server send before it waits.
            InitialHttp2StreamWindowSize = 1024 * 1024,
        };
    },
    new ProcessRunner(),
    TimeProvider.System,
    !Console.IsOutputRedirected,
    Console.IsOutputRedirected ? 160 : StandardStreams.TerminalWidth() ?? 80)
{
    Machine = Environment.MachineName,
    Height = Console.IsOutputRedirected ? null : StandardStreams.TerminalHeight(),
    IsRoot = Environment.IsPrivilegedProcess,
    IsErrorsTerminal = isWatched,
    IsOnePlace = () => StandardStreams.AreOne() ?? (!Console.IsOutputRedirected && !Console.IsErrorRedirected),
    IsTerminalGone = Console.IsInputRedirected ? () => false : StandardStreams.IsTerminalGone,
    Keys = isWatched && !Console.IsOutputRedirected && !Console.IsInputRedirected
        ? stop => TerminalKeys.OpenAsync(new ProcessRunner(), stop)
        : null,
};
return (int)await App.RunAsync(args, surroundings, interrupted.Token);

// The shell still has a name for a folder that was deleted, and the run says that no such folder exists.
string CurrentFolder()
{
    try
    {
        return Environment.CurrentDirectory;
    }
    catch (IOException)
    {
        return variables.GetValueOrDefault("PWD") is ['/', ..] and var deleted ? deleted : "/";
    }
}

// If the system gives no thread that waits for signals, the first signal ends the program. A run that needs more threads says so.
PosixSignalRegistration? StopAt(PosixSignal signal)
{
    try
    {
        return PosixSignalRegistration.Create(signal, Stop);
    }
    catch (TypeInitializationException)
    {
        return null;
    }
}

// The first signal asks the run to stop; the second ends the program.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = !interrupted.IsCancellationRequested;
    interrupted.Cancel();
}
