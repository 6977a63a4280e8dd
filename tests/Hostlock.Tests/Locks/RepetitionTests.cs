using Hostlock.Locks;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Locks;

public class RepetitionTests
{
    [Fact]
    public void Inputs_of_one_repository_repeat_each_other_whatever_branch_they_ask_for()
    {
        var file = SmallLocks.Of(
            ("a", Locked("github:acme/a", 1, 1, ("pkgs", Locked("github:nixos/nixpkgs", 1, 1)))),
            ("b", Locked("github:acme/b", 1, 1, ("nixpkgs", Locked("github:NixOS/nixpkgs/old", 2, 1)))),
            ("nixpkgs", Locked("github:NixOS/nixpkgs", 1, 1)));

        var repetition = Assert.Single(In(file));

        Assert.Equal(("nixpkgs", 2), (repetition.Target, repetition.Revisions));
        Assert.Equal(["a/pkgs", "b/nixpkgs"], repetition.Others.Select(path => path.ToString()));
    }

    [Fact]
    public void Of_several_inputs_that_could_be_followed_the_one_with_the_name_of_most_is()
    {
        var file = SmallLocks.Of(
            ("a", Locked("github:acme/a", 1, 1, ("nixpkgs", Locked("github:NixOS/nixpkgs", 1, 1)))),
            ("nixpkgs", Locked("github:NixOS/nixpkgs", 1, 1)),
            ("stable", Locked("github:NixOS/nixpkgs/stable", 2, 1)));

        Assert.Equal("nixpkgs", Assert.Single(In(file)).Target);
    }

    [Fact]
    public void What_follows_already_or_is_of_another_repository_repeats_nothing() =>
        Assert.Empty(In(SmallLocks.Of(
            ("a", Locked("github:acme/a", 1, 1, ("nixpkgs", Follows("nixpkgs")), ("fork", Locked("github:acme/nixpkgs", 1, 1)))),
            ("nixpkgs", Locked("github:NixOS/nixpkgs", 1, 1)))));

    [Fact]
    public void An_input_that_is_left_out_repeats_nothing_and_is_not_followed()
    {
        var file = SmallLocks.Of(
            ("nixpkgs", Locked("github:NixOS/nixpkgs", 1, 1)),
            ("plex", Locked("github:acme/plex", 1, 1, ("nixpkgs", Locked("github:NixOS/nixpkgs", 1, 1)))));

        Assert.Single(In(file));
        Assert.Empty(In(file, "plex"));
        Assert.Empty(In(file, "nixpkgs"));
    }

    [Fact]
    public void What_no_follows_can_name_is_not_followed() =>
        Assert.Empty(In(SmallLocks.Of(
            ("1st", Locked("github:NixOS/nixpkgs", 1, 1)),
            ("a", Locked("github:acme/a", 1, 1, ("nixpkgs", Locked("github:NixOS/nixpkgs", 1, 1)))))));

    static IReadOnlyList<Repetition> In(LockFile file, params string[] leftOut) => Repetition.In(file, leftOut.ToHashSet());
}
