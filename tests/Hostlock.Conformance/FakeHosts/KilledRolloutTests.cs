using Hostlock.Tests.Support;
using static Hostlock.Conformance.FakeHosts.SwitchStory;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>
/// A rollout that is killed before or after any of its steps ends, once it is resumed, as if it had not been killed. A part of all kills is
/// tried, and all of them with <c>HOSTLOCK_BREAKS=all</c>.
/// </summary>
public class KilledRolloutTests(RolloutFleet shared) : RolloutTests(shared)
{
    const int UsualShare = 5;

    /// <summary>The place at which the run is killed, and the number of further kills there.</summary>
    public static TheoryData<string, string> Kills { get; } = Chosen();

    /// <summary>A story for each kill.</summary>
    internal static IEnumerable<(string Name, int Hosts)> Stories => Kills.Select(row => (NameOf(row.Data.Item1, row.Data.Item2), 3));

    [Theory]
    [MemberData(nameof(Kills))]
    public void A_rollout_that_was_killed_goes_on_where_the_hosts_are(string step, string moment)
    {
        var story = Begin(NameOf(step, moment), "parallel = 2\nmax-failed = 1\n");
        var crash = $"HOSTLOCK_CRASH_AT={step}:{moment}";
        // Only what fails is returned.
        if (step == "return")
            story.Host("c").Inject(HostFault.UnitFails("broken"));

        var killed = story.Rollout(crash);
        var again = story.With([crash], "rollout", "--resume");
        var ended = story.Run("rollout", "--resume");

        AssertCode(137, killed);
        Assert.Contains(again.ExitCode, step == "return" ? [137, 4] : new[] { 137 });
        AssertCode(step == "return" ? 4 : 0, ended);
        story.AssertKept(step == "return" ? ["a", "b"] : ["a", "b", "c"]);
        if (step == "return")
            story.AssertBack("c");
        Assert.Single(story.Opened(story.Clone));
    }

    static TheoryData<string, string> Chosen()
    {
        var all =
            from step in new[] { "probe", "copy", "activate", "check", "keep", "return", "open" }
            from moment in new[] { "before", "after" }
            select (step, moment);
        return [.. all.Where((_, i) => Sample.Has(i, UsualShare))];
    }

    static string NameOf(string step, string moment) => $"kill-{step}-{moment}";
}
