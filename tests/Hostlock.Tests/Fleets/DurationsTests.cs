using Hostlock.Fleets;

namespace Hostlock.Tests.Fleets;

public class DurationsTests
{
    [Theory]
    [InlineData("0s", 0)]
    [InlineData("90s", 90)]
    [InlineData("30m", 30 * 60)]
    [InlineData("36h", 36 * 3600)]
    [InlineData("3d", 3 * 86400)]
    [InlineData("2w", 14 * 86400)]
    [InlineData("3660d", 3660 * 86400)]
    public void A_whole_number_and_a_unit_is_a_length_of_time(string text, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Durations.TryParse(text));

    [Theory]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("d")]
    [InlineData("3x")]
    [InlineData("3D")]
    [InlineData("-3d")]
    [InlineData("+3d")]
    [InlineData(" 3d")]
    [InlineData("3 d")]
    [InlineData("1.5d")]
    [InlineData("1d12h")]
    [InlineData("3661d")]
    [InlineData("999999999w")]
    [InlineData("99999999999999999999w")]
    public void Anything_else_is_none(string text) => Assert.Null(Durations.TryParse(text));
}
