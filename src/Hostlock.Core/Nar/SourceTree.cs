namespace Hostlock.Nar;

/// <summary>
/// A tree of files as a NAR can hold it: folders, regular files with an executable bit, symbolic links. Names and link targets
/// are bytes, because file systems and archives have bytes.
/// </summary>
public abstract class SourceTree
{
    /// <summary>The root of the tree.</summary>
    public abstract TreeEntry Root { get; }

    /// <summary>Lists the entries of a folder, in any order.</summary>
    /// <param name="folder">The folder.</param>
    public abstract IEnumerable<TreeEntry> List(TreeEntry folder);

    /// <summary>Reads the target of a link.</summary>
    /// <param name="link">The link.</param>
    public abstract ReadOnlyMemory<byte> ReadLink(TreeEntry link);

    /// <summary>Opens the contents of a regular file, <see cref="TreeEntry.Size"/> bytes.</summary>
    /// <param name="file">The file.</param>
    public abstract Stream Open(TreeEntry file);
}

/// <summary>The kinds of entries.</summary>
public enum TreeEntryKind
{
    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A regular file without the executable bit.</summary>
    File,

    /// <summary>A regular file with the executable bit.</summary>
    Executable,

    /// <summary>A symbolic link.</summary>
    Link,
}

/// <summary>One entry of a <see cref="SourceTree"/>.</summary>
/// <param name="Name">Its name within its folder; empty for the root.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Size">The length of a regular file in bytes, or <see cref="SizeIsLength"/>; 0 for the others.</param>
/// <param name="Handle">The tree's own key for the entry, which nobody else reads; null if it needs none.</param>
public readonly record struct TreeEntry(ByteName Name, TreeEntryKind Kind, long Size, object? Handle)
{
    /// <summary>Stands for a size that is known only once the file is open: the <see cref="Stream.Length"/> of its contents.</summary>
    public const long SizeIsLength = -1;
}
