namespace Hostlock.Conformance.FakeHosts;

/// <summary>Tests of switches, after each of which holds what always holds.</summary>
/// <param name="shared">The fleet.</param>
public abstract class SwitchingTests(SwitchFleet shared) : IDisposable
{
    readonly List<SwitchStory> _stories = [];

    internal FakeFleet Fleet => shared.Fleet;

    /// <summary>Begins the story of a host.</summary>
    /// <param name="name">The name of the host.</param>
    /// <param name="isSystemd">True if the real systemd is its first process.</param>
    internal SwitchStory Begin(string name, bool isSystemd = false)
    {
        _stories.Add(shared.Begin(name, isSystemd));
        return _stories[^1];
    }

    public void Dispose()
    {
        foreach (var story in _stories)
            story.AssertInvariants();
        GC.SuppressFinalize(this);
    }
}
