using Hostlock.Fetching.Compression;

namespace Hostlock.Tests.Fetching.Compression;

/// <summary>The checks of zip and xz, by the values that their catalogue gives for the nine digits.</summary>
public class ChecksumTests
{
    [Fact]
    public void Nine_digits_have_the_value_of_the_catalogue()
    {
        var sum = Checksum.Crc64();
        sum.Append("123456789"u8);

        Assert.Equal(0xCBF43926, Checksum.Crc32("123456789"u8));
        Assert.Equal(0x995DC9BBDF1939FA, sum.Value);
    }

    [Fact]
    public void Pieces_count_as_the_whole()
    {
        var bytes = Enumerable.Range(0, 1000).Select(number => (byte)(number * 31)).ToArray();
        var sum = Checksum.Crc32();
        for (var at = 0; at < bytes.Length; at += 7)
            sum.Append(bytes.AsSpan(at, Math.Min(7, bytes.Length - at)));

        Assert.Equal(Checksum.Crc32(bytes), (uint)sum.Value);
    }
}
