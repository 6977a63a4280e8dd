using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Reporting;
using Hostlock.Rollouts;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Reporting;

public class RolloutTextTests
{
    [Theory]
    [InlineData(null, "rollout 20200101-1\nring all")]
    [InlineData("plex", "rollout 20200101-1: the lock of plex\nring all")]
    public void A_rollout_names_the_lock_that_it_brings_if_it_brings_one(string? from, string expected)
    {
        var plan = new RolloutPlan("20200101-1", RolloutAction.Rollout, [new RingPlan("all", RingRule.Default, [Plan()])])
        {
            Source = from is null ? null : new(HostName.Parse(from), Revision.None, Revision.None),
        };

        var text = RolloutText.Status(Rollout.Of(new(plan, Start)), [], string.Concat, Ink.Plain);

        Assert.StartsWith(expected, text, StringComparison.Ordinal);
    }
}
