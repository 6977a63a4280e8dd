using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting;

public class DiffTextTests
{
    static readonly LockFile Before = SmallLocks.Of(
        ("a", Locked("github:acme/a", 1, 1)),
        ("b", Locked("github:acme/b", 1, 1)),
        ("c", Follows("a")),
        ("d", Locked("github:acme/d", 1, 1)),
        ("same", Locked("github:acme/same", 1, 1)));

    static readonly LockFile After = SmallLocks.Of(
        ("a", Locked("github:acme/a", 2, 2)),
        ("c", Follows("e", "x")),
        ("d", Locked("github:acme/d/next", 1, 1)),
        ("e", Locked("github:acme/e", 3, 3, ("x", Follows()))),
        ("same", Locked("github:acme/same", 1, 1)));

    [Fact]
    public void Each_change_has_a_block_as_Nix_prints_it() =>
        Assert.Equal(
            """
            • Updated input 'a':
                'github:acme/a/1111111111111111111111111111111111111111' (2020-01-02)
              → 'github:acme/a/2222222222222222222222222222222222222222' (2020-01-03)
            • Removed input 'b'
            • Updated input 'c':
                follows 'a'
              → follows 'e/x'
            • Input 'd' is now declared as 'github:acme/d/next' (it was 'github:acme/d')
            • Added input 'e':
                'github:acme/e/3333333333333333333333333333333333333333' (2020-01-04)
            • Added input 'e/x':
                follows ''

            """,
            DiffText.Render(LockDiff.Between(Before, After)));

    [Fact]
    public void Only_what_moved_in_a_repository_of_a_forge_has_a_link()
    {
        var lines = DiffText.Render(LockDiff.Between(Before, After), hasLinks: true).Split('\n')
            .Where(line => line.Contains("https:", StringComparison.Ordinal));

        Assert.Equal([$"    https://github.com/acme/a/compare/{Id(1)}...{Id(2)}"], lines);
    }

    [Fact]
    public void What_is_the_same_says_nothing() => Assert.Equal("", DiffText.Render(LockDiff.Between(Before, Before), hasLinks: true));

    [Fact]
    public void The_name_of_an_input_cannot_act_on_the_terminal() =>
        Assert.Equal(
            "• Removed input 'a\\u001b[2J'\n",
            DiffText.Render(LockDiff.Between(SmallLocks.Of(("a\e[2J", Follows("b"))), LockFile.Empty)));
}
