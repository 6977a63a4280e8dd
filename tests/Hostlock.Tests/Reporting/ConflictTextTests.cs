using Hostlock.Fleets.Merging;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting;

/// <summary>The text and the JSON by which <c>resolve</c> and a merge of git's describe a conflict.</summary>
public class ConflictTextTests
{
    static readonly MergeSides Sides = new(
        Of(("a", Locked("github:acme/a", 1, 1)), ("b", Follows("a"))),
        Of(("a", Locked("github:acme/a", 2, 2)), ("b", Follows("x"))),
        Of(("a", Locked("github:acme/a", 3, 3))));

    [Fact]
    public void Each_input_says_the_side_that_was_taken_or_shows_both() =>
        Assert.Equal(
            $"""
            plex web
            • Took their side of input 'a':
                'github:acme/a/{Id(3)}' (2020-01-04)
            • Both sides changed input 'b':
                ours    follows 'x'
                theirs  none
            not written

            """,
            ConflictText.Render([Resolution(MergeChoice("a", MergeSide.Theirs))], isWritten: false, Ink.Plain));

    [Fact]
    public void What_is_whole_is_said_to_be_added_to_the_index_only_if_it_was_written()
    {
        LockResolution[] whole = [Resolution(_ => MergeSide.Ours)];

        Assert.EndsWith("settled, and added to git's index\n", ConflictText.Render(whole, isWritten: true, Ink.Plain));
        Assert.EndsWith("nothing is left to settle\nnot written\n", ConflictText.Render(whole, isWritten: false, Ink.Plain));
    }

    [Fact]
    public void The_newer_side_is_offered_only_if_every_conflict_has_one()
    {
        var both = Sides.Settle(_ => null).Left;

        Assert.Equal("--ours or --theirs", ConflictText.Options(both));
        Assert.Equal("--ours, --theirs or --newer", ConflictText.Options([both[0]]));
    }

    [Fact]
    public void Names_that_come_from_a_lock_are_made_visible()
    {
        var sides = Sides with
        {
            Common = Of(),
            Ours = Of(("\e[31m", Locked("github:acme/a", 2, 2))),
            Theirs = Of(("\e[31m", Locked("github:acme/a", 3, 3))),
        };

        var text = ConflictText.Left(sides.Settle(_ => null).Left);

        Assert.DoesNotContain('\e', text);
    }

    [Fact]
    public void The_JSON_has_what_was_settled_and_both_sides_of_what_is_left()
    {
        const string Host = """
            {
                  "lock": "locks/plex.lock",
                  "written": true,
                  "merged": false,
                  "settled": {
                    "a": "theirs"
                  },
                  "conflicts": {
                    "b": {
                      "ours": {
                        "follows": "x"
                      },
                      "theirs": null
                    }
                  }
                }
            """;

        Assert.Equal(
            $$"""
            {
              "version": 1,
              "hosts": {
                "plex": {{Host}},
                "web": {{Host}}
              }
            }

            """,
            JsonSchemas.Check("resolve", ResolutionJson.Render([Resolution(MergeChoice("a", MergeSide.Theirs))], isWritten: true)));
    }

    static LockResolution Resolution(Func<MergeConflict, MergeSide?> choose) =>
        new(new(Place("plex", "web"), new("locks/plex.lock", null, null, null)), Sides.Settle(choose));

    static Func<MergeConflict, MergeSide?> MergeChoice(string input, MergeSide side) =>
        conflict => conflict.Input.ToString() == input ? side : null;
}
