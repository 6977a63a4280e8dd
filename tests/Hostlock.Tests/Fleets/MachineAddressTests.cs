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
}
