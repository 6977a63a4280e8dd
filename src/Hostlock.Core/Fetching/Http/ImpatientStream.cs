using System.Buffers;
using Hostlock.Platform;

namespace Hostlock.Fetching.Http;

/// <summary>The body of an answer that gives up if nothing comes for a while.</summary>
/// <param name="body">The bytes as they come.</param>
/// <param name="response">The answer they belong to; closed with the stream.</param>
/// <param name="shown">The address, for messages.</param>
/// <param name="patience">How long nothing may come.</param>
/// <param name="time">The clock that waits are measured by.</param>
/// <param name="stop">Stops a read that blocks.</param>
sealed class ImpatientStream(Stream body, HttpResponseMessage response, string shown, TimeSpan patience, TimeProvider time, CancellationToken stop) : ForwardStream
{
    public override int Read(Span<byte> buffer)
    {
        // The unpacking reads on a thread of its own and has nothing else to do.
        var piece = ArrayPool<byte>.Shared.Rent(buffer.Length);
        try
        {
            var read = ReadAsync(piece.AsMemory(0, buffer.Length), stop).AsTask().GetAwaiter().GetResult();
            piece.AsSpan(0, read).CopyTo(buffer);
            return read;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var stalled = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stalled.Token, cancellationToken);
        try
        {
            return await body.ReadAsync(buffer, either.Token);
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

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            response.Dispose();
        base.Dispose(disposing);
    }
}
