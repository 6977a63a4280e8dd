using Hostlock.Tests.Support;
using static Hostlock.Conformance.FakeHosts.SwitchStory;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>
/// A run that is killed before or after any of its steps ends, once it is resumed, as if it had not been killed. A part of all kills is
/// tried, and all of them with <c>HOSTLOCK_BREAKS=all</c>.
/// </summary>
public class KilledSwitchTests(SwitchFleet shared) : SwitchingTests(shared)
{
    const int UsualShare = 5;

    /// <summary>The kind of the host, or the engine, and the place at which the run is killed.</summary>
    public static TheoryData<string, string, string> Kills { get; } = Chosen();

    /// <summary>A host for each kill.</summary>
    internal static IEnumerable<string> Hosts => Kills.Select(row => NameOf(row.Data.Item1, row.Data.Item2, row.Data.Item3));

    [Theory]
    [MemberData(nameof(Kills))]
    public void A_run_that_was_killed_goes_on_where_the_host_is(string kind, string step, string moment)
    {
        var story = Begin(NameOf(kind, step, moment), isSystemd: kind == "systemd");
        if (kind == "engine")
            story.Set("[rollout]\nengine = \"nixos-rebuild\"\n");
        // Only what fails is returned.
        if (step == "return")
            story.Host.Inject(HostFault.UnitFails("broken"));

        Ended? killed = null, resumed = null;
        if (kind == "engine")
            Fleet.WithEngine(null, KillAndResume);
        else
            KillAndResume();
        var state = story.Host.State();
        var again = story.Run("switch", "--resume", "--yes");

        AssertCode(137, killed!);
        AssertCode(step == "return" ? 1 : 0, resumed!);
        if (step == "return")
            story.AssertBack();
        else
            story.AssertKept();
        // A run that is finished has nothing to resume, and nothing is done twice.
        AssertCode(1, again);
        Assert.Equal(state.Activations, story.Host.State().Activations);

        void KillAndResume() => (killed, resumed) =
            (story.Switch($"HOSTLOCK_CRASH_AT={step}:{moment}"), story.Run("switch", "--resume", "--yes"));
    }

    static TheoryData<string, string, string> Chosen()
    {
        var all =
            from kind in new[] { "light", "systemd", "engine" }
            from step in new[] { "probe", "copy", "activate", "check", "keep", "return" }
            from moment in new[] { "before", "after" }
            select (kind, step, moment);
        return [.. all.Where((_, i) => Sample.Has(i, UsualShare))];
    }

    static string NameOf(string kind, string step, string moment) => $"{kind}-{step}-{moment}";
}
