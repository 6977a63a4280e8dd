using Hostlock.Flakes;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting;

/// <summary>The text that <c>lock</c> and <c>update</c> print for each lock.</summary>
public class OutcomeTextTests
{
    static readonly LockFile Old = SmallLocks.Of(("a", Locked("github:acme/a", 1, 1)));
    static readonly LockFile Now = SmallLocks.Of(("a", Locked("github:acme/a", 2, 2)));

    [Fact]
    public void Hosts_with_the_same_outcome_are_named_together() =>
        Assert.Equal(
            """
            plex imbp orc
            • Updated input 'a':
                'github:acme/a/1111111111111111111111111111111111111111' (2020-01-02)
              → 'github:acme/a/2222222222222222222222222222222222222222' (2020-01-03)
            web: nothing to do

            """,
            OutcomeText.Render([Plan(Old, Now, "plex", "imbp"), Plan(Now, Now, "web"), Plan(Old, Now, "orc")], isWritten: true, Ink.Plain));

    [Fact]
    public void Only_a_change_that_is_not_written_is_said_to_be_none() =>
        Assert.Equal(
            """
            plex
            • Removed input 'a'
            not written
            web: nothing to do

            """,
            OutcomeText.Render([Plan(Old, LockFile.Empty, "plex"), Plan(Now, Now, "web")], isWritten: false, Ink.Plain));

    [Fact]
    public void What_a_rule_held_is_said_with_the_rule()
    {
        var held = Plan(Old, Old, "plex").Leaving([new(InputPath.Of("a"), new HoldingRule.Frozen(new("ZFS", new(2020, 3, 1))))], []);

        Assert.Equal(
            "plex: nothing to do\n• Kept input 'a' (frozen: ZFS, until 2020-03-01)\n",
            OutcomeText.Render([held], isWritten: true, Ink.Plain));
    }

    [Fact]
    public void A_lock_that_changes_in_its_form_alone_is_said_to()
    {
        var (one, other) = (Locked("github:acme/a", 1, 1), Locked("github:acme/a", 1, 1));
        var planned = Plan(SmallLocks.Of(("a", one), ("b", one)), SmallLocks.Of(("a", one), ("b", other)), "plex");

        Assert.Equal("plex: the same entries, written in the form of Nix\n", OutcomeText.Render([planned], isWritten: true, Ink.Plain));
    }

    [Fact]
    public void Without_locks_nothing_is_said() => Assert.Equal("", OutcomeText.Render([], isWritten: true, Ink.Plain));

    static PlannedLock Plan(LockFile before, LockFile after, params string[] hosts) =>
        PlannedLock.Of(SmallLocks.Place(hosts), before, after);
}
