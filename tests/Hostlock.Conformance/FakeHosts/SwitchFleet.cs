using Hostlock.Conformance.FakeHosts;

[assembly: AssemblyFixture(typeof(SwitchFleet))]

namespace Hostlock.Conformance.FakeHosts;

/// <summary>
/// One fleet for all tests that switch hosts, whose nixpkgs has a newer kernel than the locks. Each test has a host, and a clone of the
/// flake, of its own. It starts when the first test wants it, so that the tests are skipped if there can be none.
/// </summary>
public sealed class SwitchFleet : IDisposable
{
    readonly Lazy<FakeFleet> _fleet = new(Start);

    internal FakeFleet Fleet => _fleet.Value;

    internal SwitchStory Begin(string name, bool isSystemd = false) => new(Fleet, name, isSystemd);

    public void Dispose()
    {
        if (_fleet.IsValueCreated)
            _fleet.Value.Dispose();
    }

    static FakeFleet Start()
    {
        var fleet = FakeFleet.Start(
            [.. SwitchTests.Hosts, .. SwitchScenariosTests.Hosts, .. KilledSwitchTests.Hosts, .. EnginesTests.Hosts,
                .. CominTests.Hosts, .. BuildsTests.Hosts]);
        fleet.Release("linux", "6.12.4");
        return fleet;
    }
}
