using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Hostlock.Fleets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Hostlock.Cli.Serving;

/// <summary>Serves the page of a fleet to this user's browser, on this machine alone (docs/decisions/0019).</summary>
sealed class PageServer : IAsyncDisposable
{
    const int MostConnections = 64;
    const int MostBody = 64 * 1024;
    const int MostHeaders = 16 * 1024;
    const int MostLine = 4 * 1024;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Idle = TimeSpan.FromMinutes(2);
    static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    readonly KestrelServer _server;

    PageServer(KestrelServer server, string address) => (_server, Address) = (server, address);

    /// <summary>The address of the page, without the token.</summary>
    public string Address { get; }

    /// <summary>Begins to serve a page.</summary>
    /// <param name="port">The port on 127.0.0.1; 0 for any that is free.</param>
    /// <param name="socket">The path of the socket that takes its place; null for none.</param>
    /// <param name="answersOf">Makes the answers, from the allowed values of the header Host; null if any port of this machine may lead
    /// here.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FleetException">The port or the socket cannot be had.</exception>
    public static async Task<PageServer> StartAsync(
        int port, string? socket, Func<IReadOnlyList<string>?, PageAnswers> answersOf, CancellationToken cancellationToken)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = MostConnections;
        options.Limits.MaxConcurrentUpgradedConnections = 0;
        options.Limits.MaxRequestBodySize = MostBody;
        options.Limits.MaxRequestHeadersTotalSize = MostHeaders;
        options.Limits.MaxRequestLineSize = MostLine;
        options.Limits.RequestHeadersTimeout = Patience;
        options.Limits.KeepAliveTimeout = Idle;
        // The server's own error for a bad path is meant for programmers.
        var bound = socket is null ? null : PageSocket.Bind(socket);
        if (socket is not null)
            options.ListenUnixSocket(socket, listen => listen.Protocols = HttpProtocols.Http1);
        else
            options.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
        var transport = new SocketTransportOptions
        {
            CreateBoundListenSocket = endpoint => bound ?? SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint),
        };
        var server = new KestrelServer(
            Options.Create(options), new SocketTransportFactory(Options.Create(transport), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
        var application = new Application();
        try
        {
            await server.StartAsync(application, cancellationToken);
        }
        catch (Exception why) when (why is IOException or SocketException)
        {
            server.Dispose();
            bound?.Dispose();
            throw FleetException.CannotServe(string.Create(CultureInfo.InvariantCulture, $"port {port} of 127.0.0.1"), why.Message);
        }
        if (socket is not null)
        {
            application.Answers.SetResult(answersOf(null));
            return new(server, "http://localhost/");
        }
        var taken = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        string[] names = [$"127.0.0.1:{Number(taken)}", $"localhost:{Number(taken)}"];
        application.Answers.SetResult(answersOf(taken == 80 ? [.. names, "127.0.0.1", "localhost"] : names));
        return new(server, $"http://127.0.0.1:{Number(taken)}/");

        static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Ends what is being answered, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(LastWords);
        await _server.StopAsync(patience.Token);
        _server.Dispose();
    }

    // The port is known only once the server listens; earlier requests wait.
    sealed class Application : IHttpApplication<IFeatureCollection>
    {
        public TaskCompletionSource<PageAnswers> Answers { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

        public void DisposeContext(IFeatureCollection context, Exception? exception)
        {
        }

        public async Task ProcessRequestAsync(IFeatureCollection context) => await (await Answers.Task).AnswerAsync(context);
    }
}
