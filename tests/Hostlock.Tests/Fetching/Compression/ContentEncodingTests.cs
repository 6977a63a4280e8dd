using System.IO.Compression;
using System.Text;
using Hostlock.Fetching;
using Hostlock.Fetching.Compression;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Compression;

/// <summary>
/// What becomes of the codings of a body. The answers are those of Nix 2.34.8, but for what does not come whole: Nix takes what there is,
/// or aborts.
/// </summary>
public class ContentEncodingTests
{
    static readonly byte[] Plain = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 3000).Select(number => $"[{number}],")));

    static readonly Dictionary<string, Func<byte[], byte[]>> Codings = new()
    {
        ["gzip"] = plain => Coded(plain, stream => new GZipStream(stream, CompressionLevel.Fastest)),
        ["zlib"] = plain => Coded(plain, stream => new ZLibStream(stream, CompressionLevel.Fastest)),
        ["raw"] = plain => Coded(plain, stream => new DeflateStream(stream, CompressionLevel.Fastest)),
        ["br"] = plain => Coded(plain, stream => new BrotliStream(stream, CompressionLevel.Fastest)),
        ["zstd"] = plain => Coded(plain, stream => new ZstdSharp.CompressionStream(stream)),
    };

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("GZIP", "gzip")]
    [InlineData("x-gzip", "gzip")]
    [InlineData("gzip", "zlib")]
    [InlineData("deflate", "zlib")]
    [InlineData("deflate", "raw")]
    [InlineData("br", "br")]
    [InlineData("zstd", "zstd")]
    [InlineData("identity", "")]
    [InlineData("none", "")]
    [InlineData("", "")]
    [InlineData("gzip,", "gzip")]
    [InlineData("identity, gzip", "gzip")]
    [InlineData("gzip, zstd", "gzip zstd")]
    [InlineData("gzip, gzip, gzip, gzip, gzip", "gzip gzip gzip gzip gzip")]
    public async Task A_coding_is_taken_away(string header, string codings)
    {
        Assert.Equal(Plain, await DecodedAsync([header], Coded(codings)));
    }

    [Fact]
    public async Task Several_headers_are_one() => Assert.Equal(Plain, await DecodedAsync(["gzip", "br"], Coded("gzip br")));

    [Theory]
    [InlineData("rot13", "")]
    [InlineData("compress", "")]
    [InlineData("gzip;q=1", "gzip")]
    [InlineData("gzip", "")]
    [InlineData("gzip", "raw")]
    [InlineData("deflate", "gzip")]
    [InlineData("br", "")]
    [InlineData("zstd", "gzip")]
    [InlineData("gzip, gzip, gzip, gzip, gzip, gzip", "gzip gzip gzip gzip gzip gzip")]
    public async Task What_is_unknown_or_does_not_fit_is_refused(string header, string codings)
    {
        var error = await Assert.ThrowsAsync<FetchException>(() => DecodedAsync([header], Coded(codings)));

        Assert.True(error.IsOutside);
    }

    [Theory]
    [InlineData("gzip", "gzip", 1)]
    [InlineData("gzip", "gzip", 4)]
    [InlineData("gzip", "gzip", 20)]
    [InlineData("deflate", "zlib", 20)]
    [InlineData("br", "br", 20)]
    [InlineData("zstd", "zstd", 20)]
    public async Task What_does_not_come_whole_is_refused(string header, string coding, int missing) =>
        await Assert.ThrowsAsync<FetchException>(() => DecodedAsync([header], Coded(coding)[..^missing]));

    [Fact]
    public async Task What_follows_a_gzip_member_is_refused()
    {
        var body = Coded("gzip");
        var wrong = body.ToArray();
        wrong[^6] ^= 1;

        await Assert.ThrowsAsync<FetchException>(() => DecodedAsync(["gzip"], [.. body, 0]));
        await Assert.ThrowsAsync<FetchException>(() => DecodedAsync(["gzip"], [.. body, .. body]));
        await Assert.ThrowsAsync<FetchException>(() => DecodedAsync(["gzip"], wrong));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("rot13")]
    public async Task Nothing_is_nothing_in_any_coding(string header) => Assert.Empty(await DecodedAsync([header], []));

    static byte[] Coded(string codings) =>
        codings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Aggregate(Plain, (plain, coding) => Codings[coding](plain));

    static byte[] Coded(byte[] plain, Func<Stream, Stream> compressor)
    {
        using var bytes = new MemoryStream();
        using (var stream = compressor(bytes))
            stream.Write(plain);
        return bytes.ToArray();
    }

    static async Task<byte[]> DecodedAsync(string[] headers, byte[] body)
    {
        using var decoded = new MemoryStream();
        await using var stream = ContentEncoding.Decoded(new TrickleStream(body), headers, "https://h.test/a");
        await stream.CopyToAsync(decoded, TestContext.Current.CancellationToken);
        return decoded.ToArray();
    }
}
