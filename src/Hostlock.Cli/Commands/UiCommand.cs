using System.CommandLine;
using Hostlock.Cli.Serving;
using Hostlock.Fleets;

namespace Hostlock.Cli.Commands;

/// <summary>Serves the page of <c>report</c> to a browser on this machine, live.</summary>
sealed class UiCommand : FleetCommand
{
    // Short enough for a person who closes a window and waits.
    static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    const int LastPort = 65535;

    readonly Option<int?> _port = new("--port") { Description = "The port on 127.0.0.1 [default: any that is free]", HelpName = "PORT" };
    readonly Option<string?> _socket = new("--socket")
    {
        Description = "Serve at a socket in the file system, at no port",
        HelpName = "PATH",
    };
    readonly Option<bool> _readOnly = new("--read-only") { Description = "Only show the fleet, and take no commands" };
    readonly Option<bool> _open = new("--open") { Description = "Show the page in a browser" };
    readonly Option<bool> _live = new("--live") { Description = "Ask the machines what they run, each minute" };

    public override CommandNature Nature => new(NetworkUse.None)
    {
        Writes = true,
        WhyNoWriting = "its page says how each command is run",
        WhyNoJson = "what it shows is in 'status --json', 'check --json', 'log --json' and 'follows --json'",
    };

    protected override Command Describe() => new("ui", """
        Serve a live page that shows the fleet, on this machine alone

        The page is that of 'report', and changes as the files do. It can also update,
        promote, freeze, hold and go on with a rollout: it shows the plan of each
        command first. It is served until Ctrl-C, or until the terminal is closed.

          hostlock ui
          hostlock ui --read-only --port 8080
        """)
    { _port, _socket, _readOnly, _open, _live };

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var (port, socket, outside) = (run.Value(_port), run.Value(_socket), run.Surroundings);
        if (port is not null && socket is not null)
            throw UsageException.Excludes(_port.Name, _socket.Name);
        if (socket is not null && run.Value(_open))
            throw UsageException.Excludes(_open.Name, _socket.Name);
        if (port is < 1 or > LastPort)
            throw FleetException.NoSuchPort(port.Value);
        if (run.Value(_open) && !outside.HasDisplay)
            throw FleetException.NoDisplay();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(run.CancellationToken);
        var secrets = new PageSecrets();
        using var site = new FleetSite(run, secrets, mayAct: !run.Value(_readOnly), ended.Token);
        await using var server = await PageServer.StartAsync(
            port ?? 0, socket is null ? null : Path.GetFullPath(socket, outside.Folder),
            hosts => new(new(hosts, secrets, !run.Value(_readOnly)), site, ended.Token), run.CancellationToken);
        run.Terminal.Exact($"{AddressWith(server, secrets.Token)}\n");
        run.Terminal.Flush();
        run.Terminal.Talk(
            socket is null ? "served until Ctrl-C\n" : $"served at the socket {Visible.Name(socket)} until Ctrl-C\n");
        if (run.Value(_open))
            _ = ShowAsync(run, AddressWith(server, secrets.NewPass()));
        try
        {
            var watching = site.WatchAsync();
            var asking = run.Value(_live) ? site.SurveyAsync() : watching;
            while (!outside.IsTerminalGone())
                await await Task.WhenAny(watching, asking, Task.Delay(BetweenLooks, outside.Time, run.CancellationToken));
        }
        catch (OperationCanceledException) when (run.CancellationToken.IsCancellationRequested)
        {
            // Ctrl-C ends it.
        }
        // What a command has begun on a machine is finished before this program ends.
        await ended.CancelAsync();
        await site.Seat.EndedAsync();
        return ExitCode.Interrupted;
    }

    static string AddressWith(PageServer server, string token) => $"{server.Address}?{PageGate.TokenName}={token}";

    // If nothing can show the page, it is served all the same.
    static async Task ShowAsync(CommandRun run, string address)
    {
        try
        {
            await PageAddress.ShowAsync(run.Processes, address, run.CancellationToken);
        }
        catch (HostlockException why)
        {
            run.Terminal.Error(why);
        }
    }
}
