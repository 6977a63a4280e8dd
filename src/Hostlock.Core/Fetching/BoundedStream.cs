using Hostlock.Platform;

namespace Hostlock.Fetching;

/// <summary>A stream that ends in an error if more comes than is good.</summary>
/// <param name="source">What is read.</param>
/// <param name="most">The most bytes.</param>
/// <param name="excess">Makes what is thrown if there are more.</param>
sealed class BoundedStream(Stream source, long most, Func<FetchException> excess) : ForwardStream
{
    long _passed;

    public override int Read(Span<byte> buffer) => Count(source.Read(buffer));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await source.ReadAsync(buffer, cancellationToken));

    int Count(int read) => (_passed += read) <= most ? read : throw excess();
}
