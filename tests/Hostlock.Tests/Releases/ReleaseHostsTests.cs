using Hostlock.Fleets;
using Hostlock.Fleets.Settings;
using Hostlock.Releases;

namespace Hostlock.Tests.Releases;

/// <summary>The hosts to which a release gives systems.</summary>
public class ReleaseHostsTests
{
    static readonly DateOnly Today = new(2026, 3, 1);

    static readonly Fleet Fleet = FleetFile.Read(
        """
        version = 1
        [hosts.plex]
        [hosts.web]
        hold = { reason = "a fair", until = "2026-03-10" }
        [hosts.orc]
        hold = { reason = "a feast", until = "2026-02-01" }
        [hosts.ada]
        configurations = ["homeConfigurations.ada"]
        """);

    static readonly ReleaseHosts Hosts = ReleaseHosts.Of(Fleet, Today);

    [Fact]
    public void All_machines_that_are_not_held_are_chosen_if_none_is_named() =>
        Assert.Equal(["orc", "plex"], NamesOf(Hosts.Choose(null)));

    [Fact]
    public void Named_hosts_alone_are_chosen() => Assert.Equal(["orc"], NamesOf(Hosts.Choose(Named("orc"))));

    [Theory]
    [InlineData("web", "web is held: a fair")]
    [InlineData("ada", "ada is 'homeConfigurations.ada'")]
    public void A_host_that_must_not_be_in_a_release_is_refused_by_its_name(string host, string why) =>
        Assert.StartsWith(
            why, Assert.ThrowsAny<HostlockException>(() => Hosts.Choose(Named("plex", host))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_release_for_no_host_is_refused() =>
        Assert.Throws<FleetException>(() => ReleaseHosts.Of(FleetFile.Read("version = 1\n"), Today).Choose(null));

    static IReadOnlyList<Host> Named(params string[] names) => [.. Fleet.Hosts.Where(host => names.Contains(host.Name.ToString()))];

    static IEnumerable<string> NamesOf(IEnumerable<Host> hosts) => hosts.Select(host => host.Name.ToString());
}
