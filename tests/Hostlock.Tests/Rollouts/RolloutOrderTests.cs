using Hostlock.Fleets.Settings;
using Hostlock.Rollouts;

namespace Hostlock.Tests.Rollouts;

/// <summary>The hosts that get a lock, and their order.</summary>
public class RolloutOrderTests
{
    const string Rings = """
        version = 1
        [hosts.plex]
        ring = "canary"
        [hosts.dobro]
        ring = "rest"
        [hosts.zeeba]
        ring = "rest"
        [hosts.matcha]
        ring = "last"
        [hosts.orc]
        [rings.canary]
        [rings.last]
        after = "rest"
        [rings.rest]
        after = "canary"
        soak = "24h"
        parallel = 2
        max-failed = "50%"
        approve = true
        [groups.nas]
        hosts = ["orc", "zeeba", "plex"]
        """;

    const string Plain = "version = 1\n[hosts.plex]\n[hosts.dobro]\n[hosts.zeeba]\n";

    [Theory]
    [InlineData(Plain, "zeeba plex dobro", "1: zeeba, 2: plex dobro")]
    [InlineData(Plain, "dobro", "1: dobro")]
    [InlineData(Rings, "", "canary: plex, rest: dobro zeeba, last: matcha")]
    [InlineData(Rings, "zeeba plex", "canary: plex, rest: zeeba")]
    [InlineData(Rings, "matcha plex", "canary: plex, last: matcha")]
    [InlineData(Rings, "zeeba dobro", "1: zeeba, 2: dobro")]
    [InlineData(Rings, "orc", "1: orc")]
    public void Hosts_get_it_by_their_rings_or_after_the_first(string file, string named, string order) =>
        Assert.Equal(
            order,
            string.Join(
                ", ", Of(file, named).Rings.Select(ring => $"{ring.Name}: {string.Join(' ', ring.Hosts.Select(host => host.Name))}")));

    [Fact]
    public void Without_settings_one_follows_the_other_until_one_fails()
    {
        var order = Of(Plain, "plex dobro zeeba");

        Assert.All(order.Rings, ring => Assert.Equal(RingRule.Default, ring.Rule));
        Assert.Equal("plex", order.First.Name.ToString());
    }

    [Fact]
    public void The_rule_of_a_ring_counts_the_hosts_that_take_part()
    {
        var order = Of(Rings, "");

        Assert.Equal(RingRule.Default, order.Rings[0].Rule);
        Assert.Equal(
            new RingRule { Soak = TimeSpan.FromDays(1), Parallel = 2, MaxFailed = 1, NeedsApproval = true }, order.Rings[1].Rule);
        Assert.Equal(("nas", "zeeba plex"), (order.Groups[0].Name, string.Join(' ', order.Groups[0].Hosts)));
        // Within one ring, the first host is the canary of the others, and the soak is that of the rings.
        Assert.Equal(
            [new RingRule { Parallel = 2, NeedsApproval = true }, new RingRule { Parallel = 2 }],
            Of(Rings, "dobro zeeba").Rings.Select(ring => ring.Rule));
    }

    [Fact]
    public void Rings_without_an_order_take_that_of_the_names()
    {
        const string file = "version = 1\n[hosts.a]\nring = \"one\"\n[hosts.b]\nring = \"two\"\n[rings.one]\n[rings.two]\n";

        Assert.Equal(["two", "one"], Of(file, "b a").Rings.Select(ring => ring.Name));
        Assert.Equal(
            "the rings 'one' and 'two' come after no other, and one has to come first",
            Assert.Throws<RolloutException>(() => Of(file, "")).Message);
    }

    [Theory]
    [InlineData(Plain, "", "no host is named, and none is in a ring")]
    [InlineData(Rings, "plex zeeba orc", "orc is in no ring, and others that are named are in several")]
    public void An_order_that_nobody_gave_is_an_error(string file, string named, string message) =>
        Assert.Equal(message, Assert.Throws<RolloutException>(() => Of(file, named)).Message);

    [Theory]
    [InlineData("dobro", "plex dobro", "dobro comes after zeeba by hostlock.toml, and would begin before it")]
    public void A_host_does_not_come_before_one_that_it_comes_after(string host, string named, string message)
    {
        const string file = "version = 1\n[hosts.plex]\n[hosts.dobro]\nafter = [\"zeeba\"]\n[hosts.zeeba]\n";

        Assert.Equal(message, Assert.Throws<RolloutException>(() => Of(file, $"{host} zeeba")).Message);
        Assert.Equal(["zeeba"], Of(file, $"zeeba {host}").Hosts.Last().After.Select(name => name.ToString()));
        // Nobody waits for a host that takes no part.
        Assert.Equal(named, string.Join(' ', Of(file, named).Hosts.Select(each => each.Name)));
    }

    static RolloutOrder Of(string file, string named)
    {
        var fleet = FleetFile.Read(file);
        return RolloutOrder.Of(
            fleet,
            [
                .. named.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(name => fleet.Hosts.Single(host => host.Name.ToString() == name)),
            ]);
    }
}
