using Hostlock.Fetching.Archives;
using Hostlock.Platform;

namespace Hostlock.Tests.Fetching.Archives;

public class ReadAheadTests
{
    const int Piece = 256 * 1024;

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(Piece - 1, true)]
    [InlineData(Piece, false)]
    [InlineData((3 * Piece) + 7, false)]
    [InlineData(20 * Piece, false)]
    public void All_bytes_come_in_order_and_a_short_stream_needs_no_thread(int length, bool endsInFirst)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);

        using var ahead = new ReadAhead(new MemoryStream(bytes), TestContext.Current.CancellationToken);
        Assert.Equal(endsInFirst, ahead.EndsInFirstPiece());
        using var read = new MemoryStream();
        ahead.CopyTo(read);

        Assert.Equal(bytes, read.ToArray());
        Assert.Equal(0, ahead.Read(new byte[1]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(Piece)]
    [InlineData((2 * Piece) + 5)]
    public void A_failure_comes_after_the_bytes_before_it(int length)
    {
        using var ahead = new ReadAhead(new Failing(length), TestContext.Current.CancellationToken);
        var read = 0;

        var failure = Assert.Throws<InvalidDataException>(() =>
        {
            for (int more; (more = ahead.Read(new byte[1000])) > 0; read += more)
            {
            }
        });

        Assert.Equal(("damaged", length), (failure.Message, read));
    }

    [Fact]
    public void A_reader_that_stops_early_leaves_no_thread_waiting()
    {
        using var ahead = new ReadAhead(new MemoryStream(new byte[100 * Piece]), TestContext.Current.CancellationToken);

        Assert.Equal(10, ahead.Read(new byte[10]));
    }

    sealed class Failing(int length) : ForwardStream
    {
        int _left = length;

        public override int Read(Span<byte> buffer)
        {
            if (_left == 0)
                throw new InvalidDataException("damaged");
            var read = Math.Min(_left, buffer.Length);
            _left -= read;
            return read;
        }
    }
}
