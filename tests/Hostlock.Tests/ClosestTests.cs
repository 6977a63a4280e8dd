namespace Hostlock.Tests;

public class ClosestTests
{
    [Theory]
    [InlineData("plxe", "plex")]
    [InlineData("ple", "plex")]
    [InlineData("ab", "b")]
    [InlineData("ab", "ba")]
    public void A_slip_of_the_finger_is_found(string typed, string meant) => Assert.Equal(meant, Closest.Find(typed, ["dobro", meant]));

    [Theory]
    [InlineData("", "a")]
    [InlineData("b", "a")]
    [InlineData("plex", "plex")]
    [InlineData("orc", "plex")]
    public void Another_name_is_none(string typed, string other) => Assert.Null(Closest.Find(typed, [other]));
}
