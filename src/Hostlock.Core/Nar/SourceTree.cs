namespace Hostlock.Nar;

/// <summary>
/// A tree of files as a NAR can hold it: folders, regular files with an executable bit, symbolic links. Names and link targets
/// are bytes, since that is what file systems and archives have.
/// </summary>
public abstract class SourceTree
{
    /// <summary>The root of the tree.</summary>
    public abstract TreeEntry Root { get; }

    /// <summary>The entries of a folder, in any order.</summary>
    public abstract IEnumerable<TreeEntry> List(TreeEntry folder);

    /// <summary>The target of a link.</summary>
    public abstract ReadOnlyMemory<byte> ReadLink(TreeEntry link);

    /// <summary>The contents of a regular file, <see cref="TreeEntry.Size"/> bytes.</summary>
    public abstract Stream Open(TreeEntry file);
}

/// <summary>What kind of thing an entry is.</summary>
public enum TreeEntryKind
{
    Folder,
    File,
    Executable,
    Link,
}

/// <summary>One entry of a <see cref="SourceTree"/>.</summary>
/// <param name="Name">Its name within its folder; empty for the root.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Size">The length of a regular file in bytes, or <see cref="SizeIsLength"/>; 0 for the others.</param>
/// <param name="Handle">What the tree knows it by.</param>
public readonly record struct TreeEntry(ReadOnlyMemory<byte> Name, TreeEntryKind Kind, long Size, object? Handle)
{
    /// <summary>The size of a file that only opening tells: the <see cref="Stream.Length"/> of its contents.</summary>
    public const long SizeIsLength = -1;
}
