using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Hostlock.Tests.Support;

/// <summary>The repositories of a folder by git's own protocol, on the loopback interface.</summary>
sealed class GitServer : IDisposable
{
    readonly Process _daemon;

    public GitServer(string folder)
    {
        var port = FreePort();
        Host = $"127.0.0.1:{port}";
        // Without git's wrapper, which would leave the daemon behind when it is ended.
        var program = Path.Combine(Run.Program("git", folder, TestGit.Variables, "--exec-path").Succeeded.Trim(), "git-daemon");
        Assert.SkipUnless(File.Exists(program), "git daemon is not here");
        var start = new ProcessStartInfo(
            program, ["--export-all", "--reuseaddr", "--listen=127.0.0.1", $"--port={port}", $"--base-path={folder}", folder])
        {
            RedirectStandardError = true,
        };
        foreach (var (name, value) in TestGit.Variables)
            start.Environment[name] = value;
        // Whoever runs the tests may not own what a container mounted.
        start.Environment["GIT_CONFIG_COUNT"] = "1";
        start.Environment["GIT_CONFIG_KEY_0"] = "safe.directory";
        start.Environment["GIT_CONFIG_VALUE_0"] = "*";
        _daemon = Process.Start(start)!;
        while (!Listens(port))
        {
            Assert.False(_daemon.HasExited, "git daemon does not start");
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    public string Host { get; }

    /// <summary>Goes away, as servers do.</summary>
    public void Stop()
    {
        if (!_daemon.HasExited)
        {
            _daemon.Kill(entireProcessTree: true);
            _daemon.WaitForExit();
        }
    }

    public void Dispose()
    {
        Stop();
        _daemon.Dispose();
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    static bool Listens(int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            Thread.Yield();
            return false;
        }
    }
}
