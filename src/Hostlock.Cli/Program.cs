using System.Collections;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Hostlock.Cli;
using Hostlock.Platform;

// A statically linked TLS library looks for certificates where it was built; say where they are here.
var certificates = Environment.GetEnvironmentVariable("NIX_SSL_CERT_FILE") ?? Environment.GetEnvironmentVariable("SSL_CERT_FILE");
Environment.SetEnvironmentVariable("SSL_CERT_FILE", certificates ?? (File.Exists("/etc/ssl/certs/ca-certificates.crt") ? "/etc/ssl/certs/ca-certificates.crt" : null));

using var interrupted = new CancellationTokenSource();
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(pair => (string)pair.Key, pair => (string)pair.Value!);
await using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = false };
await using var errors = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true };
var surroundings = new Surroundings(
    output,
    errors,
    Console.IsInputRedirected ? null : Console.In,
    Environment.CurrentDirectory,
    variables,
    () => new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    },
    new ProcessRunner(),
    TimeProvider.System,
    !Console.IsOutputRedirected,
    Console.IsOutputRedirected ? 160 : Console.WindowWidth);
return (int)await App.RunAsync(args, surroundings, interrupted.Token);

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    interrupted.Cancel();
}
