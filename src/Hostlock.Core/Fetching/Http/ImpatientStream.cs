using Hostlock.Fetching.Archives;
using Hostlock.Platform;

namespace Hostlock.Fetching.Http;

/// <summary>
/// The body of an answer. All bytes from servers come through here. It gives up if no bytes come for a while, if too few come in that time,
/// or if too many come.
/// </summary>
/// <param name="body">The bytes as they come.</param>
/// <param name="response">The answer of the server; closed with the stream.</param>
/// <param name="shown">The address, for messages.</param>
/// <param name="patience">The longest time without bytes; the speed is checked as often.</param>
/// <param name="time">The clock that waits are measured by.</param>
/// <param name="stop">Stops a read that blocks.</param>
sealed class ImpatientStream(
    Stream body, HttpResponseMessage response, string shown, TimeSpan patience, TimeProvider time, CancellationToken stop) : ForwardStream
{
    /// <summary>
    /// The lowest average speed in bytes per second. Without it, a server that sends single bytes would keep us for ever.
    /// </summary>
    public const int Floor = 1024;

    static readonly long Most = ArchiveBounds.Default.Received;

    TimeSpan _waited;
    long _came, _passed;

    public override int Read(Span<byte> buffer) => ReadAndWait(buffer, stop);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var stalled = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stalled.Token, cancellationToken);
        try
        {
            var began = time.GetTimestamp();
            var read = await body.ReadAsync(buffer, either.Token);
            Count(read, time.GetElapsedTime(began));
            return read;
        }
        catch (OperationCanceledException) when (stalled.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw FetchException.Unreachable(shown, $"nothing came for {HttpDownloads.Seconds(patience)}");
        }
        catch (Exception why) when (why is IOException or HttpRequestException)
        {
            throw FetchException.Unreachable(shown, "the connection broke off", why);
        }
    }

    // Only the time that was spent on waiting for the server counts.
    void Count(int read, TimeSpan waited)
    {
        if ((_passed += read) > Most)
            throw FetchException.TooManyBytes(shown, Most);
        _came += read;
        _waited += waited;
        if (_waited < patience || read == 0)
            return;
        if (_came < Floor * patience.TotalSeconds)
            throw FetchException.Unreachable(shown, $"it comes slower than {Floor} bytes a second");
        (_waited, _came) = (TimeSpan.Zero, 0);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            response.Dispose();
        base.Dispose(disposing);
    }
}
