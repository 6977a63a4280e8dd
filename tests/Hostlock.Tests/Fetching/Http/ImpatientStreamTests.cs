using Hostlock.Fetching;
using Hostlock.Fetching.Http;
using Hostlock.Platform;

namespace Hostlock.Tests.Fetching.Http;

/// <summary>Bodies that come slowly: a second passes with each piece.</summary>
public class ImpatientStreamTests
{
    sealed class Seconds : TimeProvider
    {
        long _now;

        public override long TimestampFrequency => 2;

        // Twice for each read: a second.
        public override long GetTimestamp() => _now++ * 2;
    }

    sealed class Pieces(int bytes) : ForwardStream
    {
        public override int Read(Span<byte> buffer)
        {
            var piece = buffer[..Math.Min(bytes, buffer.Length)];
            piece.Clear();
            return piece.Length;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Read(buffer.Span));
    }

    [Fact]
    public void Two_bytes_a_second_are_too_slow()
    {
        var error = Assert.Throws<FetchException>(() => Read(new Pieces(2), 20));

        Assert.Contains("slower than 1024 bytes a second", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsOutside);
    }

    [Fact]
    public void Two_thousand_are_not() => Read(new Pieces(2000), 20);

    [Fact]
    public void Before_patience_is_over_nothing_is_too_slow() => Read(new Pieces(2), 8);

    static void Read(Stream body, int times)
    {
        using var response = new HttpResponseMessage();
        using var stream = new ImpatientStream(
            body, response, "https://h.test/a", TimeSpan.FromSeconds(10), new Seconds(), TestContext.Current.CancellationToken);
        var buffer = new byte[4096];
        for (var i = 0; i < times; i++)
            Assert.True(stream.Read(buffer) > 0);
    }
}
