using Hostlock.Platform;

namespace Hostlock.Fetching.Http;

/// <summary>A body that goes on with another answer if its connection breaks off, so that its reader does not notice.</summary>
/// <param name="body">The bytes as they come; closed with the stream.</param>
/// <param name="resumeAsync">
/// Asks for the rest, given how many bytes have come, and why no more came. It throws the failure if the rest cannot be asked for.
/// </param>
/// <param name="stop">Stops a read that blocks.</param>
/// <remarks>Nix 2.34.8, libstore/filetransfer.cc, TransferItem::finish.</remarks>
sealed class ResumingStream(
    Stream body, Func<long, FetchException, CancellationToken, Task<Stream>> resumeAsync, CancellationToken stop) : ForwardStream
{
    Stream _body = body;
    long _passed;

    // The end of a body that broke off for good. A reader that reads on must not take it for the end of a whole one.
    FetchException? _failure;

    public override int Read(Span<byte> buffer) => ReadAndWait(buffer, stop);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_failure is not null)
                throw _failure;
            try
            {
                var read = await _body.ReadAsync(buffer, cancellationToken);
                _passed += read;
                return read;
            }
            catch (FetchException why) when (why.IsUnanswered)
            {
                await _body.DisposeAsync();
                _failure = why;
                _body = await resumeAsync(_passed, why, cancellationToken);
                _failure = null;
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _body.Dispose();
        base.Dispose(disposing);
    }
}
