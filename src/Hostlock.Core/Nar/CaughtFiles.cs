using System.Text;

namespace Hostlock.Nar;

/// <summary>
/// The files of a tree that have a name one looks for, caught while the tree is hashed, so that nothing of it need be read twice.
/// </summary>
/// <param name="names">The names, such as <c>flake.nix</c>.</param>
public sealed class CaughtFiles(params IReadOnlyList<string> names)
{
    /// <summary>Most bytes that are kept in all.</summary>
    public const long MaximumBytes = 16 * 1024 * 1024;

    readonly byte[][] _names = [.. names.Select(Encoding.UTF8.GetBytes)];
    readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    byte[]? _contents;
    int _used;
    long _bytes;

    /// <summary>The files, by path.</summary>
    public IReadOnlyDictionary<string, byte[]> Files => _files;

    /// <summary>True where every file with such a name was caught: there was room for all, and none of them is a link.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>The path of an entry of a folder, as text.</summary>
    public static string Join(string folder, ReadOnlySpan<byte> name) =>
        folder.Length == 0 ? Encoding.UTF8.GetString(name) : $"{folder}/{Encoding.UTF8.GetString(name)}";

    /// <summary>Whether a file of this name is looked for.</summary>
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
