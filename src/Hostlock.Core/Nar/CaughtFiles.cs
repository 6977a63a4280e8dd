using System.Text;

namespace Hostlock.Nar;

/// <summary>
/// The files of a tree that have certain names. They are caught while the tree is hashed, so that no file has to be read twice.
/// </summary>
/// <param name="names">The names, such as <c>flake.nix</c>.</param>
public sealed class CaughtFiles(params IReadOnlyList<string> names)
{
    /// <summary>The most bytes that are kept of all files together.</summary>
    public const long MaximumBytes = 16 * 1024 * 1024;

    readonly byte[][] _names = [.. names.Select(Encoding.UTF8.GetBytes)];
    readonly Dictionary<TreePath, byte[]> _files = [];
    byte[]? _contents;
    int _used;
    long _bytes;

    /// <summary>The contents of the files that were caught, by path.</summary>
    public IReadOnlyDictionary<TreePath, byte[]> Files => _files;

    /// <summary>True if every file with such a name was caught: there was room for all, and none of them is a link.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Tells whether files of a name are to be caught.</summary>
    /// <param name="name">The bytes of the name.</param>
    public bool Wants(ReadOnlySpan<byte> name)
    {
        foreach (var wanted in _names)
        {
            if (name.SequenceEqual(wanted))
                return true;
        }
        return false;
    }

    /// <summary>Begins the next file of the tree.</summary>
    /// <param name="path">Its path; null if it is not wanted.</param>
    /// <param name="size">Its length in bytes.</param>
    internal void Begin(TreePath? path, long size)
    {
        _contents = null;
        if (path is not { } wanted)
            return;
        if (size > MaximumBytes - _bytes)
        {
            IsComplete = false;
            return;
        }
        _bytes += size;
        (_contents, _used) = (new byte[size], 0);
        _files[wanted] = _contents;
    }

    /// <summary>Takes a piece of the contents of the file that was begun.</summary>
    /// <param name="piece">The piece.</param>
    internal void Contents(ReadOnlySpan<byte> piece)
    {
        if (_contents is null)
            return;
        piece.CopyTo(_contents.AsSpan(_used));
        _used += piece.Length;
    }

    /// <summary>Notes a link with a wanted name: the contents of its target are not caught.</summary>
    internal void Link() => IsComplete = false;
}
