using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hostlock.Tests.Support;

/// <summary>Serves one file over HTTP on the loopback, with an ETag, and counts the requests.</summary>
sealed class TarballServer : IDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly Task _serving;
    string _file = "";
    int _requests;

    public TarballServer()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/";

    public int Requests => Volatile.Read(ref _requests);

    public void Serve(string file) => _file = file;

    public void Dispose()
    {
        _listener.Stop();
        _serving.Wait();
        _listener.Dispose();
    }

    async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await AnswerAsync(client.GetStream());
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // The listener was stopped.
        }
    }

    async Task AnswerAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var known = false;
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
            known |= line.StartsWith("If-None-Match:", StringComparison.OrdinalIgnoreCase);
        Interlocked.Increment(ref _requests);
        var body = known ? [] : await File.ReadAllBytesAsync(_file);
        var status = known ? "304 Not Modified" : "200 OK";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nETag: \"1\"\r\nContent-Type: application/gzip\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
        await stream.WriteAsync(body);
    }
}
