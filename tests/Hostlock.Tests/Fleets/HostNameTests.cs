using Hostlock.Fleets;

namespace Hostlock.Tests.Fleets;

public class HostNameTests
{
    [Theory]
    [InlineData("plex")]
    [InlineData("1st")]
    [InlineData("Web-2.lan_x")]
    public void A_name_is_what_was_read(string text)
    {
        Assert.Equal(text, HostName.Parse(text).ToString());
        Assert.Equal(HostName.Parse(text), HostName.TryParse(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("root")]
    [InlineData("-plex")]
    [InlineData(".plex")]
    [InlineData("plex/web")]
    [InlineData("plex web")]
    [InlineData("pléx")]
    [InlineData("jono@plex")]
    public void What_is_no_name_is_an_error(string text)
    {
        Assert.Null(HostName.TryParse(text));
        Assert.Throws<FleetException>(() => HostName.Parse(text));
    }

    [Fact]
    public void Names_are_in_the_order_of_their_bytes() => Assert.Equal(
        ["Web", "plex", "plex-2", "plex.a", "web"],
        new[] { "web", "plex.a", "plex", "Web", "plex-2" }.Select(text => HostName.Parse(text)).Order().Select(name => name.ToString()));

    [Fact]
    public void An_owner_reads_as_the_word_for_its_lock() => Assert.Equal(
        ["root", "plex", "./a.lock"],
        new LockOwner[]
        {
            new LockOwner.Root(),
            new LockOwner.Host(HostName.Parse("plex")),
            new LockOwner.File("./a.lock"),
        }.Select(owner => owner.ToString()));
}
