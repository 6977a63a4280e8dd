using Hostlock.Fleets;
using Hostlock.Reporting;

namespace Hostlock.Tests.Reporting;

public class AlikeTests
{
    [Fact]
    public void Hosts_with_the_same_text_are_named_together_in_the_order_of_the_first() =>
        Assert.Equal(
            [("plex orc imbp", "moves"), ("web", "stays")],
            Alike.Group<(string[] Hosts, string Text)>(
                [(["plex"], "moves"), (["web"], "stays"), (["orc", "imbp"], "moves")],
                item => item.Hosts.Select(host => new LockOwner.Host(HostName.Parse(host))),
                item => item.Text));
}
