using System.Collections.Immutable;
using Hostlock.Conformance.FakeHosts;

[assembly: AssemblyFixture(typeof(RolloutFleet))]

namespace Hostlock.Conformance.FakeHosts;

/// <summary>
/// One fleet for all tests of rollouts, whose nixpkgs has a newer kernel than the locks. Each test has hosts, and a clone of the flake, of
/// its own. It starts when the first test wants it, so that the tests are skipped if there can be none.
/// </summary>
public sealed class RolloutFleet : IDisposable
{
    static readonly ImmutableDictionary<string, int> HostsOf = RolloutScenariosTests.Stories
        .Concat(KilledRolloutTests.Stories)
        .Concat(RolloutEnginesTests.Stories)
        .ToImmutableDictionary(story => story.Name, story => story.Hosts);

    readonly Lazy<FakeFleet> _fleet = new(Start);

    internal FakeFleet Fleet => _fleet.Value;

    /// <summary>Begins a story of some hosts: a canary, a; then b, and c and d if it has them.</summary>
    /// <param name="name">The name of the story, which begins the names of its hosts.</param>
    /// <param name="rest">The settings of the ring of the hosts behind the canary, a line each.</param>
    internal RolloutStory Begin(string name, string rest = "parallel = 2\nmax-failed = 1\n") => new(Fleet, name, HostsOf[name], rest);

    public void Dispose()
    {
        if (_fleet.IsValueCreated)
            _fleet.Value.Dispose();
    }

    static FakeFleet Start()
    {
        var fleet = FakeFleet.Start(
            from story in HostsOf
            from letter in RolloutStory.LettersOf(story.Value)
            orderby story.Key, letter
            select $"{story.Key}-{letter}");
        fleet.Release("linux", "6.12.4");
        // A connection for each host is shared, as users have it who roll out to many. What happens to connections is another story.
        _ = fleet.Controller.Shell(
            "printf '%s\\n' 'Match !host lost-*' ' ControlMaster auto' ' ControlPath /run/ssh-%C' ' ControlPersist 60' >>/root/.ssh/config")
            .Succeeded;
        return fleet;
    }
}
