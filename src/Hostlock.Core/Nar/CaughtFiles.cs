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
    readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    byte[]? _contents;
    int _used;
    long _bytes;

    /// <summary>The contents of the files that were caught, by path.</summary>
    public IReadOnlyDictionary<string, byte[]> Files => _files;

    /// <summary>True if every file with such a name was caught: there was room for all, and none of them is a link.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Joins the path of a folder and the name of an entry in it, as text.</summary>
    /// <param name="folder">The path of the folder; empty for the root.</param>
    /// <param name="name">The name, as UTF-8.</param>
    public static string Join(string folder, ReadOnlySpan<byte> name) =>
        folder.Length == 0 ? Encoding.UTF8.GetString(name) : $"{folder}/{Encoding.UTF8.GetString(name)}";

    /// <summary>Tells whether files of a name are to be caught.</summary>
    /// <param name="name">The name, as UTF-8.</param>
    public bool Wants(ReadOnlySpan<byte> name)
    {
        foreach (var wanted in _names)
        {
            if (name.SequenceEqual(wanted))
                return true;
        }
        return false;
    }

    internal void Begin(string path, long size)
    {
        _contents = null;
        if (!Wants(path))
            return;
        if (size > MaximumBytes - _bytes)
        {
            IsComplete = false;
            return;
        }
        _bytes += size;
        (_contents, _used) = (new byte[size], 0);
        _files[path] = _contents;
    }

    internal void Contents(ReadOnlySpan<byte> piece)
    {
        if (_contents is null)
            return;
        piece.CopyTo(_contents.AsSpan(_used));
        _used += piece.Length;
    }

    internal void Link(string path)
    {
        if (Wants(path))
            IsComplete = false;
    }

    bool Wants(string path)
    {
        foreach (var name in names)
        {
            if (path.EndsWith(name, StringComparison.Ordinal) && (path.Length == name.Length || path[^(name.Length + 1)] == '/'))
                return true;
        }
        return false;
    }
}
