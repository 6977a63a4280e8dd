using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Locks;

/// <summary>A fact about a pin that one lock alone has is carried into another lock, and nothing else is.</summary>
public class LockCompletionTests
{
    const string Hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    const string OtherHash = "sha256-BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=";

    static readonly LockFile Bare = SmallLocks.Of(("a", Locked("github:acme/a", 1, 1, ("b", Locked("github:acme/b", 2, 2)))));
    static readonly LockFile Whole = SmallLocks.Of(
        ("a", Hashed(Locked("github:acme/a", 1, 1, ("b", Hashed(Locked("github:acme/b", 2, 2)))))));

    [Fact]
    public void A_hash_of_the_same_revision_is_carried_over_at_every_depth() =>
        Assert.True(LockDiff.Same(Whole, Bare.WithFactsOf(Whole)));

    [Fact]
    public void A_lock_that_lacks_nothing_is_the_same_object()
    {
        Assert.Same(Whole, Whole.WithFactsOf(Bare));
        Assert.Same(Whole, Whole.WithUnknownOf(Bare));
    }

    [Fact]
    public void A_hash_of_another_revision_stays_where_it_is()
    {
        var moved = SmallLocks.Of(("a", Locked("github:acme/a", 3, 3)));

        Assert.Same(moved, moved.WithFactsOf(Whole));
    }

    [Fact]
    public void An_input_of_an_input_that_moved_is_completed_if_it_did_not_move()
    {
        var moved = SmallLocks.Of(("a", Locked("github:acme/a", 3, 3, ("b", Locked("github:acme/b", 2, 2)))));

        var completed = moved.WithFactsOf(Whole);

        Assert.Null(Node(completed, "a").Locked.NarHash);
        Assert.Equal(Hash, Node(completed, "a", "b").Locked.NarHash);
    }

    [Fact]
    public void A_lock_that_contradicts_is_believed_in_nothing()
    {
        var other = SmallLocks.Of(("a", Hashed(Locked("github:acme/a", 1, 5))));

        Assert.Same(Bare, Bare.WithFactsOf(other));
    }

    [Fact]
    public void Without_a_revision_a_hash_is_the_pin_itself()
    {
        var tarball = SmallLocks.Of(("a", Locked("https://example.org/a.tar.gz", null, 1)));

        Assert.Same(tarball, tarball.WithFactsOf(SmallLocks.Of(("a", Hashed(Locked("https://example.org/a.tar.gz", null, 1))))));
    }

    [Fact]
    public void Attributes_that_Nix_does_not_know_are_carried_over_and_replace_none()
    {
        var one = Said(Bare, "x", "1");
        var other = Said(Said(Bare, "x", "2"), "y", "3");

        Assert.Equal([("x", "1"), ("y", "3")], Node(one.WithUnknownOf(other), "a").Unknown.Select(each => (each.Key, each.Value.Text)));
    }

    [Fact]
    public void A_merge_takes_a_hash_for_no_change_and_loses_none()
    {
        var moved = SmallLocks.Of(("a", Locked("github:acme/a", 3, 3)));

        Assert.True(LockDiff.Same(Whole, Merged(Whole, Bare, Whole)));
        Assert.True(LockDiff.Same(Whole, Merged(Bare, Bare, Whole)));
        Assert.True(LockDiff.Same(moved, Merged(Bare, Whole, moved)));
        Assert.True(LockDiff.Same(moved, Merged(Whole, moved, Bare)));
    }

    [Fact]
    public void A_merge_does_not_choose_between_two_hashes()
    {
        var other = SmallLocks.Of(("a", Hashed(Locked("github:acme/a", 1, 1), OtherHash)));

        Assert.IsType<MergeOutcome.Conflicted>(LockMerge.Merge(Bare, Whole, other));
    }

    [Fact]
    public void Each_attribute_that_Nix_does_not_know_is_merged_apart()
    {
        var common = Said(Said(Bare, "x", "1"), "y", "1");
        var ours = Said(Said(Bare, "x", "2"), "y", "1");
        var theirs = Said(Said(Said(Bare, "x", "1"), "z", "1"), "buildTime", "true");

        var merged = Merged(common, ours, theirs);

        Assert.Equal(
            [("buildTime", "true"), ("x", "2"), ("z", "1")], Node(merged, "a").Unknown.Select(each => (each.Key, each.Value.Text)));
        Assert.IsType<MergeOutcome.Conflicted>(LockMerge.Merge(common, Said(Bare, "x", "2"), Said(Bare, "x", "3")));
    }

    static LockFile Merged(LockFile common, LockFile ours, LockFile theirs) =>
        Assert.IsType<MergeOutcome.Merged>(LockMerge.Merge(common, ours, theirs)).Lock;

    static LockedNode Node(LockFile file, params IEnumerable<string> path) => ((LockEdge.Locked)file.EdgeAt(InputPath.Of(path))!).Node;

    static LockEdge.Locked Hashed(LockEdge.Locked edge, string hash = Hash) =>
        new(new LockedNode(
            edge.Node.Locked.With(edge.Node.Locked.Input.With("narHash", hash)), edge.Node.Original, true, null, edge.Node.Inputs));

    static LockFile Said(LockFile file, string name, string value) => file.Replace(node =>
        node.Original.ToString() == "github:acme/a" ? node.Saying(name, value) : node);
}
