using Hostlock.Nar;

namespace Hostlock.Fetching.Folders;

/// <summary>A tree with other trees in place of some of its folders: a commit or a work tree with its submodules.</summary>
sealed class MountedTree : SourceTree
{
    readonly SourceTree _tree;
    readonly Node _mounts = new();

    sealed class Node
    {
        /// <summary>The tree that is mounted here; null if only folders below have mounts.</summary>
        public SourceTree? Tree { get; set; }

        public SortedDictionary<ByteName, Node> Below { get; } = [];
    }

    sealed record Place(SourceTree? Tree, TreeEntry Entry, Node? Mounts);

    /// <summary>Mounts trees in a tree.</summary>
    /// <param name="tree">The tree itself.</param>
    /// <param name="mounts">The other trees, and the paths they lie at.</param>
    public MountedTree(SourceTree tree, IEnumerable<(TreePath Path, SourceTree Tree)> mounts)
    {
        _tree = tree;
        foreach (var (path, mounted) in mounts)
        {
            var node = _mounts;
            foreach (var name in path.Names)
            {
                if (!node.Below.TryGetValue(name, out var next))
                    node.Below[name] = next = new();
                node = next;
            }
            node.Tree = mounted;
        }
    }

    public override TreeEntry Root => _tree.Root with { Handle = new Place(_tree, _tree.Root, _mounts) };

    public override IEnumerable<TreeEntry> List(TreeEntry folder)
    {
        var place = (Place)folder.Handle!;
        var seen = new HashSet<ByteName>();
        foreach (var entry in place.Tree?.List(place.Entry) ?? [])
        {
            var mounts = place.Mounts?.Below.GetValueOrDefault(entry.Name);
            seen.Add(entry.Name);
            yield return mounts?.Tree is { } mounted
                ? Named(entry.Name, mounted, mounts)
                : entry with { Handle = new Place(place.Tree, entry, entry.Kind == TreeEntryKind.Folder ? mounts : null) };
        }
        // If the tree itself has no folder at a mount's path, the folder is made, and holds only the mount.
        foreach (var (name, mounts) in place.Mounts?.Below ?? [])
        {
            if (!seen.Contains(name))
                yield return Named(name, mounts.Tree, mounts);
        }
    }

    public override ReadOnlyMemory<byte> ReadLink(TreeEntry link) => Of(link) is var (tree, entry) ? tree.ReadLink(entry) : default;

    public override Stream Open(TreeEntry file) => Of(file) is var (tree, entry) ? tree.Open(entry) : Stream.Null;

    static TreeEntry Named(ByteName name, SourceTree? tree, Node mounts) =>
        new(name, TreeEntryKind.Folder, 0, new Place(tree, tree?.Root ?? default, mounts));

    static (SourceTree Tree, TreeEntry Entry) Of(TreeEntry entry) =>
        entry.Handle is Place { Tree: { } tree } place ? (tree, place.Entry) : default;
}
