using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Fleets;

/// <summary>The state of locks, out of their files alone.</summary>
public sealed class FleetStatusTests : IDisposable
{
    const ulong Day = 86400;

    readonly TempFolder _folder = new();
    readonly FleetFolder _fleet;

    public FleetStatusTests()
    {
        _folder.Write("flake.nix", "{ outputs = _: { }; }");
        _folder.Write(
            "hostlock.toml",
            "version = 1\n[hosts.plex]\n[hosts.twin]\nlock = \"locks/plex.lock\"\n[hosts.web]\n[hosts.orc]\n[hosts.new]\n");
        _fleet = FleetFolder.Open(_folder.Path);
        HostLocks.Write(Place("plex"), Of(("a", Locked("github:acme/a", 1, 1)), ("b", Locked("github:acme/b", 1, 1))));
        HostLocks.Write(Place("web"), Of(("a", Locked("github:acme/a", 3, 3)), ("b", Locked("github:acme/b/other", 3, 3))));
        _folder.Write("locks/orc.lock", "<<<<<<<");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_input_is_behind_the_newest_that_any_lock_has_of_its_reference_whichever_hosts_are_asked_for()
    {
        var plex = Assert.Single(FleetStatus.OfFleet(_fleet, [Place("plex")], InputSelection.All));

        Assert.Equal([("a", 2 * Day, false), ("b", 0UL, false)], Ages(plex));
        var web = Assert.Single(FleetStatus.OfFleet(_fleet, [Place("web")], InputSelection.All));
        Assert.Equal([("a", 0UL, true), ("b", 0UL, false)], Ages(web));

        static IEnumerable<(string, ulong, bool)> Ages(LockStatus status) =>
            status.Inputs.Select(input => (input.Name, input.SecondsBehind, input.IsAhead));
    }

    [Fact]
    public void Locks_come_in_the_order_asked_and_one_that_cannot_be_read_says_why()
    {
        var locks = FleetStatus.OfFleet(_fleet, [Place("orc"), Place("new"), Place("web")], InputSelection.All);

        Assert.Equal(["orc", "new", "web"], locks.Select(status => status.Place.Name));
        Assert.Equal([true, false, false], locks.Select(status => status.Problem is not null));
        Assert.Equal([false, false, true], locks.Select(status => status.Lock is not null));
    }

    [Fact]
    public void An_input_that_none_of_the_locks_has_is_a_mistake() =>
        Assert.Contains(
            "'c'",
            Assert.Throws<FleetException>(() => FleetStatus.OfFleet(_fleet, [Place("plex")], new([InputPath.Of("c")]))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void By_host_each_has_the_lock_of_its_file_and_problems_are_told_once()
    {
        var (locks, problems) = FleetStatus.ByHost(_fleet, [.. _fleet.Fleet.Hosts.Select(host => host.Name)]);

        Assert.Equal(["plex", "twin", "web"], locks.Keys.Select(name => name.ToString()).Order());
        Assert.Same(locks[HostName.Parse("plex")], locks[HostName.Parse("twin")]);
        Assert.StartsWith("not a lock file", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    LockPlace Place(string host) => _fleet.PlaceNamed(host);
}
