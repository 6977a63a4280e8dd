using System.Text;
using CsCheck;
using Hostlock.Nar;

namespace Hostlock.Tests.Nar;

/// <summary>Entries in git's order make the NAR that the sorted tree makes, however little may be held back.</summary>
public class NarOrderTests
{
    // Names that git and a NAR order differently: they differ by a sign below the slash.
    static readonly Gen<string> Name = Gen.OneOf(
        [
            .. ((string[])["a", "b", "a-", "a-b", "a.b", "a.", "a-b-c", "a b", "a!", "a+", "aa", "ab", "a0", "B", "b.nix", "b-"])
            .Select(Gen.Const),
        ]);

    static readonly Gen<Node> Node_ = Gen.Recursive<Node>((depth, inner) => depth > 4
        ? File
        : Gen.Frequency(
            (3, File),
            (
                2,
                Gen.Select(Name, inner).Array[0, 7].Select(
                    entries =>
                        new Node(entries.DistinctBy(entry => entry.Item1).ToDictionary(entry => entry.Item1, entry => entry.Item2), "")))));

    static Gen<Node> File => Gen.Int[0, 900].Select(size => new Node(null, new string('x', size)));

    sealed record Node(Dictionary<string, Node>? Entries, string Text);

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(1500)]
    [InlineData(long.MaxValue)]
    public void The_hash_is_that_of_the_sorted_tree_or_the_bet_is_lost(long limit)
    {
        var (equal, lost) = (0, 0);
        Gen.Select(Name, Node_).Array[0, 8].Sample(
            entries =>
            {
                var root = new Node(entries.DistinctBy(entry => entry.Item1).ToDictionary(entry => entry.Item1, entry => entry.Item2), "");
                using var order = new NarOrder(limit);
                try
                {
                    order.OpenFolder([]);
                    Feed(order, root);
                    Assert.Equal(NarHash.Of(new Tree(root), CancellationToken.None), order.Finish());
                    Interlocked.Increment(ref equal);
                }
                catch (NarOrderException) when (limit < long.MaxValue)
                {
                    Interlocked.Increment(ref lost);
                }
            },
            iter: 250);
        Assert.True(equal > lost || limit < 1000, $"{equal} equal, {lost} lost");
        Assert.True(limit == long.MaxValue || lost > 0, "no bet was ever lost: the limit does nothing");
    }

    [Fact]
    public void Entries_out_of_order_are_noticed()
    {
        Throws(order => File_(order, "b"), order => File_(order, "a"));
        Throws(order => File_(order, "a"), order => File_(order, "a"));
        Throws(order => File_(order, "a"), order => order.OpenFolder("a"u8));
        Throws(order => { order.OpenFolder("a"u8); order.CloseFolder(); }, order => File_(order, "a.b"));

        static void File_(NarOrder order, string name) => order.OpenFile(Encoding.UTF8.GetBytes(name), false, 0);

        static void Throws(params Action<NarOrder>[] steps)
        {
            using var order = new NarOrder(long.MaxValue);
            order.OpenFolder([]);
            foreach (var step in steps[..^1])
                step(order);
            Assert.Throws<NarOrderException>(() => steps[^1](order));
        }
    }

    static void Feed(NarOrder order, Node folder)
    {
        var entries = folder.Entries!.OrderBy(entry => entry.Key + (entry.Value.Entries is null ? "" : "/"), StringComparer.Ordinal);
        foreach (var (name, node) in entries)
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            if (node.Entries is not null)
            {
                order.OpenFolder(bytes);
                Feed(order, node);
                order.CloseFolder();
            }
            else if (node.Text.Length % 10 == 3)
            {
                order.Link(bytes, Encoding.UTF8.GetBytes(node.Text));
            }
            else
            {
                order.OpenFile(bytes, node.Text.Length % 2 == 1, node.Text.Length);
                foreach (var piece in node.Text.Chunk(200))
                    order.Contents(Encoding.UTF8.GetBytes(piece));
            }
        }
    }

    sealed class Tree(Node root) : SourceTree
    {
        public override TreeEntry Root => Entry("", root);

        public override IEnumerable<TreeEntry> List(TreeEntry folder) =>
            ((Node)folder.Handle!).Entries!.Select(entry => Entry(entry.Key, entry.Value));

        public override ReadOnlyMemory<byte> ReadLink(TreeEntry link) => Encoding.UTF8.GetBytes(((Node)link.Handle!).Text);

        public override Stream Open(TreeEntry file) => new MemoryStream(Encoding.UTF8.GetBytes(((Node)file.Handle!).Text));

        static TreeEntry Entry(string name, Node node)
        {
            var kind = node.Entries is not null ? TreeEntryKind.Folder
                : node.Text.Length % 10 == 3 ? TreeEntryKind.Link
                : node.Text.Length % 2 == 1 ? TreeEntryKind.Executable
                : TreeEntryKind.File;
            return new(ByteName.Parse(name), kind, node.Entries is null ? node.Text.Length : 0, node);
        }
    }
}
