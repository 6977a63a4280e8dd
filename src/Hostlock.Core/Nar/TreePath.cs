using System.Text;
using System.Text.Unicode;

namespace Hostlock.Nar;

/// <summary>
/// A place in a tree: the names on the way from the root, joined by slashes. It has no empty names, no <c>.</c> and no <c>..</c>; the
/// root is empty. It is bytes, as names are.
/// </summary>
/// <remarks>Nix 2.34.8, libutil/canon-path.cc: <c>..</c> at the root stays there, and a slash at either end says nothing.</remarks>
public sealed record TreePath : IComparable<TreePath>
{
    readonly ReadOnlyMemory<byte> _bytes;

    TreePath(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>The root of a tree.</summary>
    public static readonly TreePath Root = new(ReadOnlyMemory<byte>.Empty);

    /// <summary>True if it is the root.</summary>
    public bool IsRoot => _bytes.IsEmpty;

    /// <summary>The bytes of the names with slashes between them; none for the root.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.Span;

    /// <summary>True if the bytes are UTF-8. Only such a path can be written in a reference.</summary>
    public bool IsText => Utf8.IsValid(Bytes);

    /// <summary>The last name; empty for the root.</summary>
    public ByteName Name => new(_bytes[(Bytes.LastIndexOf((byte)'/') + 1)..]);

    /// <summary>The folder it lies in; the root for the root.</summary>
    public TreePath Folder => Bytes.LastIndexOf((byte)'/') is > 0 and var slash ? new(_bytes[..slash]) : Root;

    /// <summary>The names, from the root on.</summary>
    public IEnumerable<ByteName> Names
    {
        get
        {
            for (var start = 0; start < _bytes.Length;)
            {
                var end = EndOfName(start);
                yield return new(_bytes[start..end]);
                start = end + 1;
            }
        }
    }

    /// <summary>The folders on the way to it, from the root on, without the root and without itself.</summary>
    public IEnumerable<TreePath> Folders
    {
        get
        {
            for (var end = EndOfName(0); end < _bytes.Length; end = EndOfName(end + 1))
                yield return new(_bytes[..end]);
        }
    }

    /// <summary>Reads a path in a tree from a text, as UTF-8.</summary>
    /// <param name="text">The text: <c>a/b</c>, <c>./a//b/</c>, <c>/a/x/../b</c>.</param>
    /// <exception cref="NarException">The text has half a surrogate pair, which no bytes stand for, or a zero byte.</exception>
    public static TreePath Parse(string text) => Root.Resolve(text);

    /// <summary>Reads a path in a tree from bytes, such as the name of a member of an archive.</summary>
    /// <param name="bytes">The bytes, which are copied.</param>
    public static TreePath Of(ReadOnlySpan<byte> bytes) => Resolve([], bytes, out _);

    /// <summary>Takes bytes that are known to be a path in a tree, such as those of an index that was checked.</summary>
    /// <param name="bytes">The bytes, which are not copied and must not change any more.</param>
    internal static TreePath OfCanonical(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>The entry with a name in this folder.</summary>
    /// <param name="name">The name.</param>
    public TreePath Join(ByteName name) => name.IsEmpty ? this : Join(name.Bytes);

    /// <summary>A place in the tree whose root is this folder.</summary>
    /// <param name="below">The place in that tree.</param>
    public TreePath Join(TreePath below) => below.IsRoot ? this : Join(below.Bytes);

    /// <summary>The place that a relative path written in this folder means. It does not lead above the root.</summary>
    /// <param name="relative">The path as written.</param>
    /// <exception cref="NarException">The text has half a surrogate pair, which no bytes stand for, or a zero byte.</exception>
    public TreePath Resolve(string relative) => Resolve(Bytes, ByteName.BytesOf(relative), out _);

    /// <summary>The place that a relative path written in this folder means; null if it leads above the root on its way.</summary>
    /// <param name="relative">The path as written.</param>
    /// <exception cref="NarException">The text has half a surrogate pair, which no bytes stand for, or a zero byte.</exception>
    /// <remarks>Nix 2.34.8, libflake/flake.cc, resolveRelativePath.</remarks>
    public TreePath? ResolveWithin(string relative)
    {
        var resolved = Resolve(Bytes, ByteName.BytesOf(relative), out var leaves);
        return leaves ? null : resolved;
    }

    /// <summary>Tells whether it is a folder or lies below it.</summary>
    /// <param name="folder">The folder.</param>
    public bool IsWithin(TreePath folder) =>
        folder.IsRoot || (Bytes.StartsWith(folder.Bytes) && (Bytes.Length == folder.Bytes.Length || Bytes[folder.Bytes.Length] == '/'));

    /// <summary>The place it has in the tree whose root is a folder above it.</summary>
    /// <param name="folder">The folder, which it is <see cref="IsWithin">within</see>.</param>
    public TreePath Below(TreePath folder) => folder.IsRoot ? this : new(_bytes[Math.Min(_bytes.Length, folder.Bytes.Length + 1)..]);

    /// <summary>The relative path from this folder to another place, with <c>..</c> only at its start; <c>.</c> for the folder
    /// itself.</summary>
    /// <param name="target">The other place.</param>
    /// <exception cref="NarException">A name on the way is not UTF-8.</exception>
    /// <remarks>Nix 2.34.8, libutil/canon-path.cc, makeRelative.</remarks>
    public string WayTo(TreePath target)
    {
        var (from, to) = (Names.ToList(), target.Names.ToList());
        var shared = 0;
        while (shared < from.Count && shared < to.Count && from[shared] == to[shared])
            shared++;
        var steps = Enumerable.Repeat("..", from.Count - shared).Concat(to.Skip(shared).Select(name => name.ToText()));
        return string.Join('/', steps) is { Length: > 0 } path ? path : ".";
    }

    /// <summary>The path as text; empty for the root.</summary>
    /// <exception cref="NarException">The bytes are not UTF-8.</exception>
    public string ToText() => ByteName.TextOf(Bytes);

    /// <summary>Compares the bytes of two paths, slashes included.</summary>
    /// <param name="other">The other path.</param>
    public int CompareTo(TreePath? other) => other is null ? 1 : Bytes.SequenceCompareTo(other.Bytes);

    /// <summary>Tells whether two paths have the same bytes.</summary>
    /// <param name="other">The other path.</param>
    public bool Equals(TreePath? other) => other is not null && Bytes.SequenceEqual(other.Bytes);

    /// <summary>A hash of the bytes.</summary>
    public override int GetHashCode() => ByteName.HashOf(Bytes);

    /// <summary>The path for messages. Bytes that are not UTF-8 become U+FFFD, so it must not be used to find anything.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Bytes);

    /// <summary>A place below this folder.</summary>
    /// <param name="below">Its name, or names with slashes between them, which are copied.</param>
    internal TreePath Join(ReadOnlySpan<byte> below) => IsRoot ? new(below.ToArray()) : new((byte[])[.. Bytes, (byte)'/', .. below]);

    int EndOfName(int start)
    {
        var slash = start < _bytes.Length ? Bytes[start..].IndexOf((byte)'/') : -1;
        return slash < 0 ? _bytes.Length : start + slash;
    }

    static TreePath Resolve(ReadOnlySpan<byte> folder, ReadOnlySpan<byte> path, out bool leaves)
    {
        var resolved = new byte[folder.Length + 1 + path.Length];
        folder.CopyTo(resolved);
        var length = folder.Length;
        leaves = false;
        foreach (var range in path.Split((byte)'/'))
        {
            var name = path[range];
            if (name.SequenceEqual(".."u8))
            {
                leaves |= length == 0;
                length = Math.Max(0, resolved.AsSpan(0, length).LastIndexOf((byte)'/'));
            }
            else if (!name.IsEmpty && !name.SequenceEqual("."u8))
            {
                if (length > 0)
                    resolved[length++] = (byte)'/';
                name.CopyTo(resolved.AsSpan(length));
                length += name.Length;
            }
        }
        return new(resolved.AsMemory(0, length));
    }
}
