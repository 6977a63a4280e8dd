using Hostlock.Fleets;
using Hostlock.Fleets.Settings;

namespace Hostlock.Tests.Fleets;

public class MachineAddressTests
{
    static readonly Fleet Fleet = FleetFile.Read("version = 1\n[hosts.plex]\ntarget = \"root@plex.lan\"\n[hosts.web]\n");

    [Theory]
    [InlineData("plex", "desk", "root@plex.lan")]
    [InlineData("plex", "plex", null)]
    [InlineData("web", "desk", "web")]
    [InlineData("web", "web", null)]
    public void A_host_is_this_machine_or_its_target_or_what_ssh_knows_by_its_name(string host, string machine, string? target)
    {
        var address = MachineAddress.Of(Fleet.Hosts.Single(known => known.Name.ToString() == host), machine);

        Assert.Equal((target, target is null, target ?? "this machine"), (address.Target, address.IsHere, address.ToString()));
    }

    [Theory]
    [InlineData(null, null, null, "localhost")]
    [InlineData("plex", "plex", null, "plex")]
    [InlineData("root@fe80::1%eth0", "root@fe80::1%eth0", null, "fe80::1%eth0")]
    [InlineData("ssh://root@plex.lan", "root@plex.lan", null, "plex.lan")]
    [InlineData("ssh://root@plex.lan:2222/", "root@plex.lan", "2222", "plex.lan")]
    [InlineData("ssh://[fe80::1]", "[fe80::1]", null, "[fe80::1]")]
    [InlineData("ssh://me@[fe80::1]:22", "me@[fe80::1]", "22", "[fe80::1]")]
    public void An_address_has_a_place_a_port_and_a_machine(string? target, string? place, string? port, string machine)
    {
        var address = new MachineAddress(HostName.Parse("plex"), target);

        Assert.Equal((place, port, machine), (address.Place, address.Port, address.Machine));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("plex", "root@plex")]
    [InlineData("ada@plex.lan", "root@plex.lan")]
    [InlineData("ada@fe80::1%eth0", "root@fe80::1%eth0")]
    [InlineData("ssh://plex.lan", "ssh://root@plex.lan")]
    [InlineData("ssh://ada@[fe80::1]:22", "ssh://root@[fe80::1]:22")]
    public void An_address_may_get_root_for_its_user(string? target, string? asRoot) =>
        Assert.Equal(asRoot, new MachineAddress(HostName.Parse("plex"), target).AsRoot);
}
