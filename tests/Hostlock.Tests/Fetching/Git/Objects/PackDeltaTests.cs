using System.Text;
using Hostlock.Fetching.Git.Objects;

namespace Hostlock.Tests.Fetching.Git.Objects;

/// <summary>Objects made of other ones: the examples are put together by hand from gitformat-pack(5).</summary>
public class PackDeltaTests
{
    const int Most = 100_000;

    static readonly byte[] From = Encoding.ASCII.GetBytes("0123456789");

    [Theory]
    // Bytes that follow, and bytes that are copied: an offset and a length, of which zero bytes are left out.
    [InlineData("0A 03 03 61 62 63", "abc")]
    [InlineData("0A 04 91 02 04", "2345")]
    [InlineData("0A 07 91 08 02 03 61 62 63 90 02", "89abc01")]
    [InlineData("0A 00", "")]
    [InlineData("8A 00 02 90 02", "01")]
    public void A_result_is_pieces_of_the_other_object_and_of_the_delta(string delta, string expected) =>
        Assert.Equal(expected, Encoding.ASCII.GetString(PackDelta.Apply(From, Bytes(delta), Most)!));

    [Fact]
    public void A_length_of_zero_is_64_KiB()
    {
        var from = new byte[70_000];
        from[65_535] = 7;

        var made = PackDelta.Apply(from, Bytes("F0 A2 04 80 80 04 80"), Most);

        Assert.Equal(from[..65_536], made);
    }

    [Theory]
    [InlineData("09 03 03 61 62 63")] // another object
    [InlineData("0A 04 03 61 62 63")] // less than the size says
    [InlineData("0A 02 03 61 62 63")] // more
    [InlineData("0A 03 04 61 62 63")] // ends too early
    [InlineData("0A 02 91 09 02")] // behind the end of the other object
    [InlineData("0A 01 00")]
    [InlineData("0A 04 91 02")]
    [InlineData("0A")]
    [InlineData("")]
    [InlineData("0A FF FF FF FF FF FF 01 61")] // a size that no object has
    [InlineData("0A A1 8D 06 01 61")] // more than asked for
    public void A_damaged_delta_makes_nothing(string delta) => Assert.Null(PackDelta.Apply(From, Bytes(delta), Most));

    static byte[] Bytes(string digits) => Convert.FromHexString(digits.Replace(" ", "", StringComparison.Ordinal));
}
