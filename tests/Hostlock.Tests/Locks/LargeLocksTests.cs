using System.Text;
using System.Text.Json.Nodes;
using Hostlock.Locks;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Locks;

/// <summary>Locks that a few lines make as large as anything. The limit of a test would end each test whose cost grew with them.</summary>
[Trait("part", "whole")]
public class LargeLocksTests
{
    const int Doublings = 40;
    const int Length = 20_000;

    /// <summary>Each follows leads through the one before it twice.</summary>
    static LockFile Doubling() => Read(
        ("root", new JsonObject(Numbers(Doublings).Select(k => Member($"f{k}", Path($"f{k - 1}", $"g{k}")))
            .Prepend(Member("f0", Path("n"))).Append(Member("n", "n")))),
        ("n", new JsonObject(Numbers(Doublings).Select(k => Member($"g{k}", Path($"f{k - 1}"))))));

    /// <summary>Each follows leads to the one before it.</summary>
    static LockFile Chain(string first) => Read(
        ("root", new JsonObject(Numbers(Length).Select(k => Member($"a{k}", Path($"a{k - 1}")))
            .Prepend(Member("a0", Path(first))).Append(Member("n", "n")))),
        ("n", []));

    /// <summary>A lock of an old form, in which each node is an input of the one before it twice.</summary>
    /// <param name="revision">The revision of the last node.</param>
    static LockFile Shared(string revision) => Read(
        [("root", new() { ["a"] = "n1" }), .. Numbers(Doublings).Select(k => ($"n{k}", k < Doublings
            ? new JsonObject { ["a"] = $"n{k + 1}", ["b"] = $"n{k + 1}" }
            : []))],
        node => node == $"n{Doublings}" ? revision : "1");

    [Fact]
    public void Follows_that_lead_through_each_other_twice_lead_somewhere()
    {
        Doubling().CheckFollows();
        Assert.Empty(LockGraft.Dangling(Doubling()));
    }

    [Fact]
    public void A_long_chain_of_follows_leads_where_its_end_leads()
    {
        Chain("n").CheckFollows();
        Assert.Equal(Length + 1, LockGraft.Dangling(Chain("nowhere")).Count);
    }

    [Fact]
    public void A_long_circle_is_told_in_a_short_message()
    {
        var thrown = Assert.Throws<LockException>(() => Chain($"a{Length}").CheckFollows());

        Assert.StartsWith("follow cycle detected: [a", thrown.Message);
        Assert.InRange(thrown.Message.Length, 100, 2000);
    }

    [Fact]
    public void Large_locks_are_merged()
    {
        Assert.IsType<MergeOutcome.Merged>(LockMerge.Merge(LockFile.Empty, Doubling(), Doubling()));
        Assert.IsType<MergeOutcome.Merged>(LockMerge.Merge(LockFile.Empty, Chain("n"), LockFile.Empty));
    }

    [Fact]
    public void Shared_nodes_are_compared_once_and_are_not_merged_path_by_path_for_ever()
    {
        Assert.IsType<MergeOutcome.Merged>(LockMerge.Merge(Shared("1"), Shared("2"), Shared("2")));
        Assert.Contains(
            "share nodes", Assert.Throws<LockException>(() => LockMerge.Merge(Shared("1"), Shared("2"), Shared("3"))).Message);
    }

    [Fact]
    public void Many_conflicts_are_settled_at_once()
    {
        var (ours, theirs) = (Wide(1), Wide(2));

        var settled = new MergeSides(LockFile.Empty, ours, theirs).Settle(_ => MergeSide.Theirs);

        Assert.Equal(2000, settled.Settled.Length);
        Assert.True(LockDiff.Same(theirs, Assert.IsType<MergeOutcome.Merged>(settled.Outcome).Lock));

        static LockFile Wide(int digit) => SmallLocks.Of(
            [.. Enumerable.Range(0, 2000).Select(k => ($"a{k}", (LockEdge)SmallLocks.Locked("github:acme/a", digit, 1)))]);
    }

    [Fact]
    public void What_an_input_is_built_by_is_not_copied_for_ever()
    {
        // Each input follows the two before it, and its lock has a copy of both.
        var file = Read(
            [
                ("root", new JsonObject(Numbers(Doublings).Select(k => Member($"n{k}", $"n{k}")))),
                .. Numbers(Doublings).Select(k => ($"n{k}", k > 1
                    ? new JsonObject { ["a"] = Path($"n{k - 1}"), ["b"] = Path($"n{k - 1}") }
                    : [])),
            ]);

        Assert.Throws<LockException>(() => InnerLock.AsBuilt(file, $"n{Doublings}"));
        Assert.NotNull(InnerLock.AsBuilt(file, "n5"));
    }

    [Fact]
    public void The_depth_of_a_node_counts_by_each_of_its_paths()
    {
        // By the order of the file, each chain of 200 nodes ends in one that is known already; by the order of names, they add up.
        var nodes = new List<(string, JsonObject)> { ("root", new() { ["z"] = "x1", ["a"] = "y1" }) };
        nodes.AddRange(Numbers(200).Select(k => ($"x{k}", k < 200 ? new JsonObject { ["x"] = $"x{k + 1}" } : [])));
        nodes.AddRange(Numbers(200).Select(k => ($"y{k}", new JsonObject { ["y"] = k < 200 ? $"y{k + 1}" : "x1" })));

        Assert.Contains("256 levels", Assert.Throws<LockException>(() => Read([.. nodes])).Message);
    }

    static IEnumerable<int> Numbers(int last) => Enumerable.Range(1, last);

    static KeyValuePair<string, JsonNode?> Member(string name, JsonNode value) => new(name, value);

    static JsonArray Path(params string[] names) => [.. names.Select(name => (JsonNode)name)];

    static LockFile Read(params (string Key, JsonObject Inputs)[] nodes) => Read(nodes, _ => "1");

    static LockFile Read((string Key, JsonObject Inputs)[] nodes, Func<string, string> revisionOf)
    {
        var written = new JsonObject(nodes.Select(node => Member(node.Key, node.Key == "root"
            ? new JsonObject { ["inputs"] = node.Inputs }
            : new JsonObject
            {
                ["inputs"] = node.Inputs,
                ["locked"] = new JsonObject { ["type"] = "path", ["path"] = "/" + node.Key, ["rev"] = revisionOf(node.Key) },
                ["original"] = new JsonObject { ["type"] = "path", ["path"] = "/" + node.Key },
            })));
        var text = new JsonObject { ["nodes"] = written, ["root"] = "root", ["version"] = 7 }.ToJsonString();
        return LockFileReader.Read("flake.lock", Encoding.UTF8.GetBytes(text));
    }
}
