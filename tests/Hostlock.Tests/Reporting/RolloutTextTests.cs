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

        var text = RolloutText.Status(Rollout.Of(new(plan, Start)), [], RingOpening.Commit, string.Concat, Ink.Plain);

        Assert.StartsWith(expected, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RingOpening.Commit, "ring all is to be opened: rollout --resume\n")]
    [InlineData(RingOpening.Branch, "ring all waits until hostlock/20200101-1/all is merged\n")]
    public void A_ring_that_is_due_waits_for_a_merge_only_if_rings_are_branches(RingOpening opening, string expected)
    {
        var rollout = Rollout.Of(
            new(new RolloutPlan("20200101-1", RolloutAction.Rollout, [new RingPlan("all", RingRule.Default, [Plan()])]), Start));

        var text = RolloutText.Status(
            rollout, [new Order.Open("all")], opening, words => string.Join(' ', words), Ink.Plain);

        Assert.EndsWith(expected, text, StringComparison.Ordinal);
    }
}
