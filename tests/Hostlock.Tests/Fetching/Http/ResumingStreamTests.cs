using Hostlock.Fetching;
using Hostlock.Fetching.Http;

namespace Hostlock.Tests.Fetching.Http;

public class ResumingStreamTests
{
    /// <summary>A body that breaks off, and that has no more bytes once it is closed, as that of an HTTP answer.</summary>
    sealed class Broken(byte[] bytes) : MemoryStream(bytes)
    {
        bool _isClosed;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = _isClosed ? 0 : await base.ReadAsync(buffer, cancellationToken);
            return read > 0 || _isClosed ? read : throw FetchException.Unreachable("x", "the connection broke off");
        }

        protected override void Dispose(bool disposing)
        {
            _isClosed = true;
            base.Dispose(disposing);
        }
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_body_goes_on_where_it_broke_off()
    {
        using var body = new ResumingStream(
            new Broken([1, 2]), (passed, _, _) => Task.FromResult<Stream>(new MemoryStream([(byte)passed, 4])), Stop);
        using var whole = new MemoryStream();

        await body.CopyToAsync(whole, Stop);

        Assert.Equal([1, 2, 2, 4], whole.ToArray());
    }

    // What reads ahead meets the failure, and what reads again from the beginning must meet it too.
    [Fact]
    public async Task A_body_that_broke_off_for_good_never_ends_as_if_it_were_whole()
    {
        using var body = new ResumingStream(new Broken([1]), (_, why, _) => throw why, Stop);
        using var rest = new MemoryStream();

        await Assert.ThrowsAsync<FetchException>(() => body.CopyToAsync(rest, Stop));
        await Assert.ThrowsAsync<FetchException>(() => body.CopyToAsync(rest, Stop));
    }
}
