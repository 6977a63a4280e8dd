using Hostlock.Platform;

namespace Hostlock.Fetching;

/// <summary>A stream that ends in an error if it has too many bytes.</summary>
/// <param name="source">The stream that is read.</param>
/// <param name="most">The most bytes.</param>
/// <param name="excess">Makes the error for too many bytes.</param>
sealed class BoundedStream(Stream source, long most, Func<FetchException> excess) : ForwardStream
{
    long _passed;

    public override int Read(Span<byte> buffer) => Count(source.Read(buffer));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await source.ReadAsync(buffer, cancellationToken));

    int Count(int read) => (_passed += read) <= most ? read : throw excess();
}
