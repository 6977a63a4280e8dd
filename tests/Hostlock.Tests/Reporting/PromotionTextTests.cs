using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting;

public class PromotionTextTests
{
    static readonly LockFile Old = SmallLocks.Of(("a", Locked("github:acme/a", 1, 1)));
    static readonly LockFile Tested = SmallLocks.Of(("a", Locked("github:acme/a", 2, 2)));

    [Fact]
    public void Targets_with_the_same_changes_are_named_together() =>
        Assert.Equal(
            """
            plex → web orc
            • Updated input 'a':
                'github:acme/a/1111111111111111111111111111111111111111' (2020-01-02)
              → 'github:acme/a/2222222222222222222222222222222222222222' (2020-01-03)
            plex → db
              nothing to do: it has these entries already

            """,
            PromotionText.Render(Owner("plex"), [Plan(Old, "web"), Plan(Tested, "db"), Plan(Old, "orc")], isPlan: false, Ink.Plain));

    [Fact]
    public void A_plan_says_that_nothing_was_written_of_what_would_change() =>
        Assert.Equal(
            """
            plex → web
            • Added input 'a':
                'github:acme/a/2222222222222222222222222222222222222222' (2020-01-03)
              not written (--dry-run)
            plex → db
              nothing to do: it has these entries already

            """,
            PromotionText.Render(Owner("plex"), [Plan(LockFile.Empty, "web"), Plan(Tested, "db")], isPlan: true, Ink.Plain));

    [Fact]
    public void A_refused_target_has_the_reason_and_what_to_do()
    {
        var refused = new LockOutcome.Failed(SmallLocks.Place("web"), FleetException.GoesBack("'a' would go back in time"));

        Assert.Equal(
            "plex → web\n  refused: 'a' would go back in time\n  pass --allow-downgrade if that is what you want\n",
            PromotionText.Render(Owner("plex"), [refused], isPlan: false, Ink.Plain));
    }

    [Fact]
    public void What_a_target_keeps_is_said_with_the_rule()
    {
        var rule = new HoldingRule.OwnReference(Owner("web"), "github:acme/a/next");
        var planned = PlannedLock.Of(SmallLocks.Place("web"), Old, Old).Leaving([new(InputPath.Of("a"), rule)], []);

        Assert.Equal(
            "plex → web\n• Kept input 'a' (web tracks github:acme/a/next)\n  nothing else differs\n",
            PromotionText.Render(Owner("plex"), [new LockOutcome.Planned(planned)], isPlan: false, Ink.Plain));
    }

    [Fact]
    public void Without_targets_nothing_is_said() => Assert.Equal("", PromotionText.Render(Owner("plex"), [], isPlan: false, Ink.Plain));

    static LockOutcome.Planned Plan(LockFile before, string host) => new(PlannedLock.Of(SmallLocks.Place(host), before, Tested));
}
