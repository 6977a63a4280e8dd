using Hostlock.Flakes;
using Hostlock.Fleets.Bisecting;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting;

public class BisectTextTests
{
    [Fact]
    public void The_first_bad_revision_has_its_day_its_address_and_what_holds_it_back()
    {
        var result = new BisectResult(["a"], new([Committed(3, 3)], Committed(2, 2)), Id(2))
        {
            Locked = Locked("github:acme/a", 1, 1).Node.Locked,
        };

        Assert.Equal(
            $"""
            the first bad revision of a is {Id(3)} (2020-01-04)
              https://github.com/acme/a/commit/{Id(3)}
            to keep the rest and hold it back:
              hostlock -C nixos update plex -i a --to {Id(2)} --allow-downgrade
              hostlock -C nixos freeze plex a

            """,
            BisectText.Render(Owner("plex"), result, new("nixos", "nixos"), Ink.Plain));
    }

    [Fact]
    public void Of_several_revisions_only_the_last_was_tested()
    {
        var result = new BisectResult(["a"], new([Committed(2, 2), Committed(3, 3)], null), null);

        Assert.Equal(
            $"""
            the first bad revision of a is one of these 2; only the last of them could be tested:
              {Id(2)} (2020-01-03)
              {Id(3)} (2020-01-04)

            """,
            BisectText.Render(Owner("plex"), result, TypedCommands.InFlake, Ink.Plain));
    }

    [Fact]
    public void A_revision_without_a_day_is_shown_without_one()
    {
        var revision = new NewestRevision(Revision.Parse(Id(3)), null);

        Assert.Equal("a at 3333333: good\n", BisectText.Tried("a", revision, Verdict.Good, Ink.Plain));
        Assert.Equal(
            $"the first bad revision of a is {Id(3)}\n",
            BisectText.Render(Owner("plex"), new(["a"], new([revision], null), null), TypedCommands.InFlake, Ink.Plain));
    }

    [Fact]
    public void Inputs_that_only_break_a_host_together_are_said_to() =>
        Assert.Equal(
            "these together broke plex: a b\n",
            BisectText.Blamed(Owner("plex"), ["a", "b"], LockDiff.Between(Of(), Of()), Ink.Plain));

    [Fact]
    public void Without_a_difference_nothing_can_be_blamed() =>
        Assert.Equal(
            "no input of the flake differs between the two locks\n",
            BisectText.Render(Owner("plex"), new([], null, null), TypedCommands.InFlake, Ink.Plain));

    static NewestRevision Committed(int digit, int day) =>
        new(Revision.Parse(Id(digit)), Moment.Of(FlakeWorld.Day(day)));
}
