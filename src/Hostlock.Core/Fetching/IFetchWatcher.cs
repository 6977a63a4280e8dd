using Hostlock.Flakes;
using Hostlock.Platform;

namespace Hostlock.Fetching;

/// <summary>Told of fetches as they go on, from any thread.</summary>
public interface IFetchWatcher
{
    /// <summary>A reference is being followed.</summary>
    void Began(FlakeRef reference);

    /// <summary>So many more bytes have come for it.</summary>
    void Received(FlakeRef reference, long bytes);

    /// <summary>It is done, or has failed.</summary>
    void Ended(FlakeRef reference, bool isDone);
}

/// <summary>A body whose bytes are told of as they come.</summary>
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
