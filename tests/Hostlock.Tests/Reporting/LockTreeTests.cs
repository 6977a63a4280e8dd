using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting;

public class LockTreeTests
{
    [Fact]
    public void Each_input_stands_beneath_the_one_that_has_it()
    {
        var source = Locked("github:acme/b", 2, 2).Node;
        var file = SmallLocks.Of(
            ("a", Locked("github:acme/a", 1, 1, ("x", Follows("b")), ("y", Locked("github:acme/y", 3, 3, ("z", Follows()))))),
            ("b", new LockEdge.Locked(new(source.Locked, source.Original, false, null, source.Inputs))));

        Assert.Equal(
            """
            plex
            ├── a: 'github:acme/a/1111111111111111111111111111111111111111' (2020-01-02)
            │   ├── x: follows 'b'
            │   └── y: 'github:acme/y/3333333333333333333333333333333333333333' (2020-01-04)
            │       └── z: follows the root flake
            └── b: 'github:acme/b/2222222222222222222222222222222222222222' (2020-01-03) (not a flake)

            """,
            LockTree.Render("plex", file, Ink.Plain));
    }

    [Fact]
    public void What_two_inputs_share_is_shown_in_full_once()
    {
        var shared = Locked("github:acme/a", 1, 1, ("x", Follows("a")));

        Assert.Equal(
            """
            plex
            ├── a: 'github:acme/a/1111111111111111111111111111111111111111' (2020-01-02)
            │   └── x: follows 'a'
            └── b: 'github:acme/a/1111111111111111111111111111111111111111' (2020-01-02)

            """,
            LockTree.Render("plex", SmallLocks.Of(("a", shared), ("b", shared)), Ink.Plain));
    }

    [Fact]
    public void A_lock_without_inputs_is_its_name() => Assert.Equal("plex\n", LockTree.Render("plex", LockFile.Empty, Ink.Plain));
}
