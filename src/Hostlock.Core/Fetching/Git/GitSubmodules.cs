using System.Text;
using Hostlock.Locks;
using Hostlock.Nar;

namespace Hostlock.Fetching.Git;

/// <summary>A submodule as .gitmodules declares it.</summary>
/// <param name="Path">Where it lies in the tree, without <c>.</c> and <c>..</c>.</param>
/// <param name="Url">Its address as written; may be relative.</param>
/// <param name="Branch">Its branch, <c>.</c> for that of the superproject, or null.</param>
sealed record GitSubmodule(string Path, string Url, string? Branch)
{
    public const string File = ".gitmodules";

    /// <summary>Deepest nesting of submodules that is followed.</summary>
    public const int MaximumDepth = 32;

    /// <summary>The submodules that the text of a .gitmodules declares.</summary>
    /// <remarks>Nix 2.34.8, libfetchers/git-utils.cc, parseSubmodules.</remarks>
    public static IReadOnlyList<GitSubmodule> Parse(string text)
    {
        var modules = GitConfig.Parse(text);
        return
        [
            .. from name in modules.Subsections("submodule")
               let path = modules.Text($"submodule.{name}.path")
               where path is not null
               select new GitSubmodule(Canonical(path), modules.Text($"submodule.{name}.url") ?? "", modules.Text($"submodule.{name}.branch")),
        ];
    }

    /// <summary>The address, resolved against the one the superproject came from where it is relative; null where Nix makes nothing of it.</summary>
    /// <remarks>libgit2, git_submodule_resolve_url.</remarks>
    public string? Resolve(string superproject)
    {
        if (!Url.StartsWith("./", StringComparison.Ordinal) && !Url.StartsWith("../", StringComparison.Ordinal))
            return Url.Contains(':', StringComparison.Ordinal) || Url.StartsWith('/') ? Url : null;
        // libgit2 drops one of the three slashes, and then the first folder is taken for a host: Nix fails here too.
        if (superproject.StartsWith("file:///", StringComparison.Ordinal))
            return null;
        var (at, rest) = (superproject.TrimEnd('/'), Url);
        while (true)
        {
            if (rest.StartsWith("./", StringComparison.Ordinal))
            {
                rest = rest[2..];
            }
            else if (rest.StartsWith("../", StringComparison.Ordinal))
            {
                var cut = at.LastIndexOfAny(['/', ':']);
                if (cut < 0)
                    return null;
                at = at[..(at[cut] == ':' ? cut + 1 : cut)];
                rest = rest[3..];
            }
            else
            {
                return at.EndsWith(':') ? at + rest : $"{at}/{rest.TrimEnd('/')}";
            }
        }
    }

    // Nix's CanonPath: dots and double slashes vanish, and nothing leads above the root.
    static string Canonical(string path)
    {
        var steps = new List<string>();
        foreach (var step in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (step == ".." && steps.Count > 0)
                steps.RemoveAt(steps.Count - 1);
            else if (step is not ("." or ".."))
                steps.Add(step);
        }
        return string.Join('/', steps);
    }
}

/// <summary>A tree with other trees in place of some of its folders: a commit or a work tree with its submodules.</summary>
sealed class MountedTree : SourceTree
{
    readonly SourceTree _tree;
    readonly Node _mounts = new();

    sealed class Node
    {
        public SourceTree? Tree { get; set; }

        public SortedDictionary<string, Node> Below { get; } = new(StringComparer.Ordinal);
    }

    sealed record Place(SourceTree? Tree, TreeEntry Entry, Node? Mounts);

    /// <param name="tree">The tree below.</param>
    /// <param name="mounts">What lies where, by path.</param>
    public MountedTree(SourceTree tree, IEnumerable<(string Path, SourceTree Tree)> mounts)
    {
        _tree = tree;
        foreach (var (path, mounted) in mounts)
        {
            var node = _mounts;
            foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                var key = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(name));
                if (!node.Below.TryGetValue(key, out var next))
                    node.Below[key] = next = new();
                node = next;
            }
            node.Tree = mounted;
        }
    }

    public override TreeEntry Root => _tree.Root with { Handle = new Place(_tree, _tree.Root, _mounts) };

    public override IEnumerable<TreeEntry> List(TreeEntry folder)
    {
        var place = (Place)folder.Handle!;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in place.Tree?.List(place.Entry) ?? [])
        {
            var name = Encoding.Latin1.GetString(entry.Name.Span);
            var mounts = place.Mounts?.Below.GetValueOrDefault(name);
            seen.Add(name);
            yield return mounts?.Tree is { } mounted
                ? Named(entry.Name, mounted, mounts)
                : entry with { Handle = new Place(place.Tree, entry, entry.Kind == TreeEntryKind.Folder ? mounts : null) };
        }
        // A place to mount at that the tree itself does not have: its folders hold nothing else.
        foreach (var (name, mounts) in place.Mounts?.Below ?? [])
        {
            if (!seen.Contains(name))
                yield return Named(Encoding.Latin1.GetBytes(name), mounts.Tree, mounts);
        }
    }

    public override ReadOnlyMemory<byte> ReadLink(TreeEntry link) => Of(link) is var (tree, entry) ? tree.ReadLink(entry) : default;

    public override Stream Open(TreeEntry file) => Of(file) is var (tree, entry) ? tree.Open(entry) : Stream.Null;

    static TreeEntry Named(ReadOnlyMemory<byte> name, SourceTree? tree, Node mounts) =>
        new(name, TreeEntryKind.Folder, 0, new Place(tree, tree?.Root ?? default, mounts));

    static (SourceTree Tree, TreeEntry Entry) Of(TreeEntry entry) => entry.Handle is Place { Tree: { } tree } place ? (tree, place.Entry) : default;
}

/// <summary>The files of a <see cref="MountedTree"/>.</summary>
sealed class MountedFiles(TreeFiles files, IReadOnlyList<(string Path, TreeFiles Files)> mounts) : TreeFiles
{
    public override ValueTask<TreeItem?> FindAsync(string path, CancellationToken cancellationToken)
    {
        foreach (var (at, mounted) in mounts)
        {
            if (path == at || path.StartsWith($"{at}/", StringComparison.Ordinal))
                return mounted.FindAsync(path[Math.Min(path.Length, at.Length + 1)..], cancellationToken);
        }
        return mounts.Any(mount => mount.Path.StartsWith($"{path}/", StringComparison.Ordinal))
            ? ValueTask.FromResult<TreeItem?>(new TreeItem.Folder())
            : files.FindAsync(path, cancellationToken);
    }
}
