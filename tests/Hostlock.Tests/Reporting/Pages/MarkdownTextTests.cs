using Hostlock.Fleets;
using Hostlock.Fleets.Checks;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Machines.Packages;
using Hostlock.Reporting.Pages;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting.Pages;

public class MarkdownTextTests
{
    static readonly LockDiff Moved = LockDiff.Between(
        SmallLocks.Of(("a", Locked("github:acme/a", 1, 1)), ("b", Follows("a"))),
        SmallLocks.Of(("a", Locked("github:acme/a", 2, 8)), ("b", Locked("github:acme/b", 3, 8))));

    [Fact]
    public void Hosts_that_moved_alike_share_a_table_with_links() =>
        Assert.Equal(
            """
            ### Locks since `HEAD~1`

            **`plex web`** (2 hosts)

            | input | before | after | |
            |---|---|---|---|
            | `a` | `1111111` 2020-01-02 | `2222222` 2020-01-09 | [compare](<https://github.com/acme/a/compare/ONE...TWO>) |
            | `b` | follows `a` | `3333333` 2020-01-09 |  |

            #### What `hostlock check` finds

            - **error** `flake.nix:3`: `it is stale`; fix: `hostlock lock plex`
            - **warning** `locks/web.lock`: `old`

            """.Replace("ONE", Id(1), StringComparison.Ordinal).Replace("TWO", Id(2), StringComparison.Ordinal),
            MarkdownText.Render(new(
                "HEAD~1",
                [new(Place("plex"), Moved), new(Place("web"), Moved)],
                [
                    new("b", Severity.Warning, new("old", "locks/web.lock")),
                    new("a", Severity.Error, new("it is stale", "flake.nix", 3, "hostlock lock plex")),
                ])));

    [Fact]
    public void Nothing_moved_and_nothing_is_found() =>
        Assert.Equal(
            "### Locks since `HEAD`\n\nNo lock moved.\n\n`hostlock check` finds nothing.\n", MarkdownText.Render(new("HEAD", [], [])));

    [Fact]
    public void Packages_of_a_host_fold_open()
    {
        var diff = new PackageDiff(
            System('a'), System('b'), 1024, 2048,
            [new("openssl", ["3.0"], ["3.1"], 1, 2), new("vim", [], ["9"], 0, 1)]);

        var text = MarkdownText.Render(new("HEAD", [new(Place("plex"), Moved) { Packages = [(HostName.Parse("plex"), diff)] }], []));

        Assert.Contains(
            """
            <details><summary>packages of plex: 2 with another version, closure 1.0 KiB → 2.0 KiB  +1.0 KiB</summary>

            | package | before | after |
            |---|---|---|
            | `openssl` | `3.0` | `3.1` |
            | `vim` | – | `9` |

            </details>
            """,
            text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a`b", "`` a`b ``")]
    [InlineData("`", "`` ` ``")]
    [InlineData("``` ````", "````` ``` ```` `````")]
    [InlineData("@ada #1 <img src=x> [a](b)", "`@ada #1 <img src=x> [a](b)`")]
    [InlineData("a\n# b", "`a\\u000a# b`")]
    public void What_others_wrote_is_code(string message, string shown) =>
        Assert.Contains(
            $"**error** `f`: {shown}\n",
            MarkdownText.Render(new("HEAD", [], [new("a", Severity.Error, new(message, "f"))])), StringComparison.Ordinal);

    [Fact]
    public void A_bar_ends_no_cell()
    {
        var diff = LockDiff.Between(LockFile.Empty, SmallLocks.Of(("a|b", Follows("c|d"))));

        Assert.Contains(
            "| `a\\|b` | – | follows `c\\|d` |  |\n", MarkdownText.Render(new("HEAD", [new(Place("plex"), diff)], [])),
            StringComparison.Ordinal);
    }

    static StorePath System(char digit) => StorePath.TryParse($"/nix/store/{new string(digit, 32)}-system")!;
}
