using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Hostlock.Benchmarks;

/// <summary>
/// A proxy on the loopback at the near end of a slow line. Whatever https host is asked for, one server is at its far end.
/// </summary>
sealed class SlowLine : IAsyncDisposable
{
    const int ChunkBytes = 16 * 1024;

    // A timer may be late by as much without the line being slower for it.
    static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(5);

    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentBag<Task> _open = [];
    readonly IPEndPoint _server;
    readonly TimeSpan _delay;
    readonly double _bytesPerSecond;
    readonly Task _serving;
    readonly Lock _gate = new();
    TimeSpan _free;

    /// <param name="server">The server at the far end.</param>
    /// <param name="roundTrip">The time to the far end and back.</param>
    /// <param name="bitsPerSecond">What all connections together can bring from there.</param>
    public SlowLine(IPEndPoint server, TimeSpan roundTrip, double bitsPerSecond)
    {
        (_server, _delay, _bytesPerSecond) = (server, roundTrip / 2, bitsPerSecond / 8);
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>The address for <c>https_proxy</c>.</summary>
    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Closes all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        await Task.WhenAll(_open);
        _listener.Dispose();
        _stop.Dispose();
    }

    async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _open.Add(Task.Run(() => ConnectAsync(client)));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
            // It was closed.
        }
    }

    async Task ConnectAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                client.NoDelay = server.NoDelay = true;
                // The handshake of TCP takes a round trip.
                await Task.Delay(_delay * 2, _stop.Token);
                await server.ConnectAsync(_server, _stop.Token);
                var (near, far) = (client.GetStream(), server.GetStream());
                await SkipHeadAsync(near);
                await near.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\n\r\n"), _stop.Token);
                await Task.WhenAll(CarryAsync(near, far, isNarrow: false), CarryAsync(far, near, isNarrow: true));
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException or IOException)
            {
                // One of the two left.
            }
        }
    }

    // A client of a proxy names the server first. This proxy has only one server, so it skips the name. Its answer costs no time, as if
    // there were no proxy.
    async Task SkipHeadAsync(NetworkStream near)
    {
        var one = new byte[1];
        for (var ends = 0; ends < 2 && await near.ReadAsync(one, _stop.Token) == 1;)
            ends = one[0] == '\n' ? ends + 1 : one[0] == '\r' ? ends : 0;
    }

    // A chunk is read once the one before it has left, so that connections share the line evenly. Then it is under way.
    async Task CarryAsync(NetworkStream from, NetworkStream to, bool isNarrow)
    {
        var underWay = Channel.CreateUnbounded<(byte[] Bytes, TimeSpan Due)>();
        var arriving = ArriveAsync(underWay.Reader, to);
        var buffer = new byte[ChunkBytes];
        int read;
        try
        {
            while ((read = await from.ReadAsync(buffer, _stop.Token)) > 0)
            {
                var left = isNarrow ? Leave(read) : Now;
                underWay.Writer.TryWrite((buffer[..read], left + _delay));
                await UntilAsync(left);
            }
        }
        finally
        {
            underWay.Writer.Complete();
        }
        await arriving;
        to.Socket.Shutdown(SocketShutdown.Send);
    }

    async Task ArriveAsync(ChannelReader<(byte[] Bytes, TimeSpan Due)> underWay, NetworkStream to)
    {
        await foreach (var (bytes, due) in underWay.ReadAllAsync(_stop.Token))
        {
            await UntilAsync(due);
            await to.WriteAsync(bytes, _stop.Token);
        }
    }

    // When the last of these bytes is on the line.
    TimeSpan Leave(int bytes)
    {
        lock (_gate)
        {
            var begins = Now - Slack > _free ? Now - Slack : _free;
            return _free = begins + TimeSpan.FromSeconds(bytes / _bytesPerSecond);
        }
    }

    static TimeSpan Now => TimeSpan.FromSeconds(Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency);

    async Task UntilAsync(TimeSpan due)
    {
        if (due - Now is var wait && wait > TimeSpan.FromMilliseconds(1))
            await Task.Delay(wait, _stop.Token);
    }
}
