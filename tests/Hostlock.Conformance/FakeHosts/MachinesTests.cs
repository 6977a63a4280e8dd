using System.Text.Json.Nodes;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>The program asks machines through real ssh what they run: a host with real systemd, and one without.</summary>
public class MachinesTests(SharedFleet shared)
{
    [Fact]
    public void What_machines_run_is_told_compared_and_adopted()
    {
        var fleet = shared.Fleet;
        var (plex, orc) = (fleet.Light("plex"), fleet.Systemd("orc"));
        var old = plex.State().Running;

        var first = fleet.Hostlock("status", "--live", "plex", "orc");

        Assert.Matches("(?m)^plex  [0-9a-f]{7}  in sync$", first.Succeeded);
        Assert.Matches("(?m)^orc   [0-9a-f]{7}  in sync$", first.Output);

        // The lock moves, and the host does not yet.
        fleet.Release("linux", "6.12.4");
        _ = fleet.Hostlock("update", "plex", "--commit").Succeeded;
        Assert.Matches(
            "(?m)^plex  [0-9a-f]{7}  behind .*1 change  hostlock switch plex", fleet.Hostlock("status", "--live", "plex").Succeeded);

        // It runs the new system, and boots the old one.
        var next = fleet.Build("plex")["plex"];
        plex.Copy(next);
        _ = plex.Switch(next, "test").Succeeded;
        var probe = JsonNode.Parse(fleet.Hostlock("probe", "plex", "--json").Succeeded)!["hosts"]!["plex"]!;
        Assert.Equal((next, old, "inSync"), ((string?)probe["running"], (string?)probe["bootsNext"], (string?)probe["pins"]));
        Assert.NotNull(probe["needsReboot"]!["kernel"]);
        Assert.Equal((plex.State().BootId, false), ((string?)probe["boot"], (bool)probe["switching"]!));

        // Its packages are compared by its own nix with those of the generation that it boots.
        var packages = fleet.Hostlock("diff", "plex@generation:1", "plex@running", "--closure").Succeeded;
        Assert.Matches("(?m)^linux +.* → 6[.]12[.]4", packages);

        // A host that sleeps is told as it was seen last.
        orc.Sleep();
        var asleep = fleet.Hostlock("status", "--live", "plex", "orc");
        Assert.Equal(4, asleep.ExitCode);
        Assert.Matches("(?m)^orc   –        unreachable [(]seen (just now|.* ago) on [0-9a-f]{7}[)]", asleep.Output);
        Assert.Matches("(?m)^plex  [0-9a-f]{7}  in sync, boots generation 1, needs reboot: linux ", asleep.Output);

        // The earlier lock comes back from the machine that boots it.
        plex.PowerOff();
        plex.Boot();
        _ = fleet.Hostlock("adopt", "plex", "--commit").Succeeded;
        Assert.Matches("(?m)^plex  [0-9a-f]{7}  in sync$", fleet.Hostlock("status", "--live", "plex").Succeeded);
    }
}
