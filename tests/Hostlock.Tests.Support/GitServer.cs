using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Hostlock.Tests.Support;

/// <summary>The repositories of a folder by git's own protocol, on the loopback interface.</summary>
sealed class GitServer : IDisposable
{
    // A daemon that listens by itself would be given a port that was free a moment ago. Somebody else may have it by the time that the
    // daemon has started, and would be asked in its place.
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly ProcessStartInfo _daemon;
    readonly Task _serving;

    public GitServer(string folder)
    {
        // Without git's wrapper, which would leave the daemon behind when it is ended.
        var program = Path.Combine(Run.Program("git", folder, TestGit.Variables, "--exec-path").Succeeded.Trim(), "git-daemon");
        Assert.SkipUnless(File.Exists(program), "git daemon is not here");
        _daemon = new(program, ["--inetd", "--log-destination=none", "--export-all", $"--base-path={folder}", folder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in TestGit.Variables)
            _daemon.Environment[name] = value;
        // Whoever runs the tests may not own what a container mounted.
        _daemon.Environment["GIT_CONFIG_COUNT"] = "1";
        _daemon.Environment["GIT_CONFIG_KEY_0"] = "safe.directory";
        _daemon.Environment["GIT_CONFIG_VALUE_0"] = "*";
        _listener.Start();
        Host = _listener.LocalEndpoint.ToString()!;
        _serving = ServeAsync();
    }

    public string Host { get; }

    /// <summary>Goes away, as servers do.</summary>
    public void Stop()
    {
        _stop.Cancel();
        _listener.Stop();
        _serving.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        Stop();
        _listener.Dispose();
        _stop.Dispose();
    }

    async Task ServeAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                open.Add(Task.Run(() => SpeakAsync(client)));
            }
        }
        catch (Exception ended) when (_stop.IsCancellationRequested && ended is SocketException or OperationCanceledException)
        {
            await Task.WhenAll(open);
        }
    }

    // Each connection has a daemon of its own, whose input and output it is.
    async Task SpeakAsync(TcpClient client)
    {
        using var daemon = Process.Start(_daemon)!;
        await using var ending = _stop.Token.Register(() => daemon.Kill(entireProcessTree: true));
        Task asking;
        using (client)
        {
            var stream = client.GetStream();
            asking = CopyAsync(stream, daemon.StandardInput.BaseStream);
            await CopyAsync(daemon.StandardOutput.BaseStream, stream);
        }
        await asking;
        daemon.Kill(entireProcessTree: true);
        await daemon.WaitForExitAsync(CancellationToken.None);
    }

    // Either side may leave.
    static async Task CopyAsync(Stream from, Stream to)
    {
        try
        {
            await using (to)
                await from.CopyToAsync(to);
        }
        catch (Exception left) when (left is IOException or ObjectDisposedException)
        {
        }
    }
}
