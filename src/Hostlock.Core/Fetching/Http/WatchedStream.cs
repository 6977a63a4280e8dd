using Hostlock.Platform;

namespace Hostlock.Fetching.Http;

/// <summary>A body that reports its bytes as they come.</summary>
/// <param name="body">The bytes; closed with the stream.</param>
/// <param name="received">Is told the number of bytes that came, after each read.</param>
sealed class WatchedStream(Stream body, Action<int> received) : ForwardStream
{
    public override int Read(Span<byte> buffer) => Count(body.Read(buffer));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await body.ReadAsync(buffer, cancellationToken));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            body.Dispose();
        base.Dispose(disposing);
    }

    int Count(int read)
    {
        received(read);
        return read;
    }
}
