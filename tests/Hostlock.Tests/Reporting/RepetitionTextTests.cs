using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Reporting;

/// <summary>The text of <c>follows</c>.</summary>
public class RepetitionTextTests
{
    static readonly Repetition Nixpkgs = new("nixpkgs", 2, [InputPath.Of("a", "nixpkgs"), InputPath.Of("a", "1st", "nixpkgs")]);

    [Fact]
    public void Each_repetition_has_the_lines_that_end_it() =>
        Assert.Equal(
            """
            plex orc
              nixpkgs occurs 3 times, 2 revisions; these lines join them:
                inputs.a.inputs.nixpkgs.follows = "nixpkgs";
                inputs.a.inputs."1st".inputs.nixpkgs.follows = "nixpkgs";
              utils occurs 2 times, all of one revision; these lines join them:
                inputs.a.inputs.u.follows = "utils";
            web: nothing is repeated

            """,
            RepetitionText.Render(
                [
                    new(SmallLocks.Place("plex"), [Nixpkgs, new("utils", 1, [InputPath.Of("a", "u")])]),
                    new(SmallLocks.Place("web"), []),
                    new(SmallLocks.Place("orc"), [Nixpkgs, new("utils", 1, [InputPath.Of("a", "u")])]),
                ],
                Ink.Plain));

    [Fact]
    public void A_name_that_Nix_reads_only_in_quotes_is_escaped_in_them() =>
        Assert.Equal(
            """inputs."a\n\"\${b}\\".inputs.nixpkgs.follows = "nixpkgs";""", Nixpkgs.LineFor(InputPath.Of("a\n\"${b}\\", "nixpkgs")));

    [Fact]
    public void Without_locks_nothing_is_said() => Assert.Equal("", RepetitionText.Render([], Ink.Plain));
}
