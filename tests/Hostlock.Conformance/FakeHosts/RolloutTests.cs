namespace Hostlock.Conformance.FakeHosts;

/// <summary>Tests of rollouts, after each of which holds what always holds.</summary>
/// <param name="shared">The fleet.</param>
public abstract class RolloutTests(RolloutFleet shared) : IDisposable
{
    RolloutStory? _story;

    internal FakeFleet Fleet => shared.Fleet;

    /// <summary>Begins the story of a test.</summary>
    /// <param name="name">The name of the story, which begins the names of its hosts.</param>
    /// <param name="rest">The settings of the ring of the hosts behind the canary, a line each.</param>
    internal RolloutStory Begin(string name, string rest = "parallel = 2\nmax-failed = 1\n") => _story = shared.Begin(name, rest);

    public void Dispose()
    {
        _story?.AssertInvariants();
        GC.SuppressFinalize(this);
    }
}
