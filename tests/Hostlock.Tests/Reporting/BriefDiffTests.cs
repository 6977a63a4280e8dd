using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting;

public class BriefDiffTests
{
    static readonly Ink Brief = new(false) { IsBrief = true };

    static readonly LockFile Before = SmallLocks.Of(
        ("a", Locked("github:acme/a", 1, 1, ("b", Locked("github:acme/b", 1, 1)))),
        ("back", Locked("github:acme/back", 1, 9)),
        ("gone", Locked("github:acme/gone", 1, 1)),
        ("gone2", Locked("github:acme/gone", 1, 1)),
        ("nixpkgs", Locked("github:NixOS/nixpkgs/old", 1, 1)),
        ("same", Locked("github:acme/same", 1, 1)));

    static readonly LockFile After = SmallLocks.Of(
        ("a", Locked("github:acme/a", 2, 8, ("b", Locked("github:acme/b", 2, 8)))),
        ("back", Locked("github:acme/back", 2, 2)),
        ("came", Locked("github:acme/came", 3, 3)),
        ("nixpkgs", Locked("github:NixOS/nixpkgs/new", 2, 31)),
        ("same", Locked("github:acme/same", 1, 1)));

    static readonly LockDiff Diff = LockDiff.Between(Before, After);

    [Fact]
    public void A_summary_comes_first_and_then_a_line_for_each_input_with_nixpkgs_at_the_head() =>
        Assert.Equal(
            $$"""
            plex → web: 3 updated, 1 added, 2 removed
              • nixpkgs  1111111 2020-01-02 → 2222222 2020-02-01  30d newer, old → new
                  https://github.com/NixOS/nixpkgs/compare/{{Id(1)}}...{{Id(2)}}
              • a        1111111 2020-01-02 → 2222222 2020-01-09  7d newer  (and 1 beneath it)
                  https://github.com/acme/a/compare/{{Id(1)}}...{{Id(2)}}
              • back     1111111 2020-01-10 → 2222222 2020-01-03  7d older
                  https://github.com/acme/back/compare/{{Id(1)}}...{{Id(2)}}
              + came     3333333 2020-01-04
              - gone gone2

            """,
            DiffText.Render("plex", "web", Diff, Brief));

    [Fact]
    public void Where_links_are_shown_no_address_is_written_out()
    {
        var ink = new Ink(false, hasLinks: true) { IsBrief = true };

        var text = DiffText.Render("plex", "web", Diff, ink);

        var begin = $"\e]8;;https://github.com/acme/back/compare/{Id(1)}...{Id(2)}\e\\";
        Assert.Contains(
            $"  • back     {begin}1111111 2020-01-10 → 2222222 2020-01-03\e]8;;\e\\  7d older\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\n      https", text, StringComparison.Ordinal);
    }

    [Fact]
    public void For_a_request_the_inputs_are_a_table_and_no_name_leaves_its_cell() =>
        Assert.Equal(
            $$"""
            `a'b` → `web`: 1 updated, 1 added

            | input | before | after | |
            |:--|:--|:--|:--|
            | `a` | `1111111 2020-01-02` | `2222222 2020-01-09` | [7d newer](https://github.com/acme/a/compare/{{Id(1)}}...{{Id(2)}}) |
            | `x\|y` |  | `1111111 2020-01-02` | added |

            """,
            DiffMarkdown.Render(
                "a`b", "web",
                LockDiff.Between(
                    SmallLocks.Of(("a", Locked("github:acme/a", 1, 1))),
                    SmallLocks.Of(("a", Locked("github:acme/a", 2, 8)), ("x|y", Locked("github:acme/x", 1, 1)))),
                null));

    [Fact]
    public void Equal_locks_are_said_to_be_so() =>
        Assert.Equal("`a` and `b` have the same lock.\n", DiffMarkdown.Render("a", "b", LockDiff.Between(Before, Before), null));
}
