using System.IO.Compression;
using Hostlock.Fetching;
using Hostlock.Fetching.Compression;
using Hostlock.Platform;

namespace Hostlock.Tests.Fetching.Compression;

public class DecompressedStreamTests
{
    [Fact]
    public void Damaged_bytes_are_an_error_of_the_archive()
    {
        using var inflated = DecompressedStream.OfArchive(new MemoryStream([0xff, 0xff]), Gzip);

        var error = Assert.Throws<FetchException>(() => inflated.ReadByte());

        Assert.Contains("it is damaged", error.Message, StringComparison.Ordinal);
    }

    // An exception that libraries also throw at damaged bytes.
    [Fact]
    public void What_the_input_throws_is_no_damage()
    {
        var failure = new InvalidOperationException("our own");
        using var inflated = DecompressedStream.OfArchive(new Failing(failure), Gzip);

        Assert.Same(failure, Assert.Throws<InvalidOperationException>(() => inflated.ReadByte()));
    }

    static GZipStream Gzip(Stream packed) => new(packed, CompressionMode.Decompress);

    sealed class Failing(Exception failure) : ForwardStream
    {
        public override int Read(Span<byte> buffer) => throw failure;
    }
}
