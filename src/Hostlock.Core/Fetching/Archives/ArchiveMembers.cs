namespace Hostlock.Fetching.Archives;

/// <summary>The kinds of members of an archive.</summary>
enum MemberKind
{
    File,
    Folder,
    Link,
    HardLink,
}

/// <summary>
/// The members of an archive one after the other. The properties describe the current member, until <see cref="Next"/>; names are bytes.
/// </summary>
abstract class ArchiveMembers
{
    /// <summary>The path of the member as the archive has it.</summary>
    public abstract ReadOnlySpan<byte> Name { get; }

    /// <summary>The target of a link, verbatim; empty for other members.</summary>
    public abstract ReadOnlySpan<byte> Target { get; }

    /// <summary>The kind of the member.</summary>
    public MemberKind Kind { get; protected set; }

    /// <summary>True if its owner may execute it.</summary>
    public bool IsExecutable { get; protected set; }

    /// <summary>The size of the contents in bytes.</summary>
    public long Size { get; protected set; }

    /// <summary>The time at which the member was modified: seconds since the epoch, rounded down.</summary>
    public long Modified { get; protected set; }

    /// <summary>Goes to the next member, and skips what was not read of the last one; false at the end.</summary>
    public abstract bool Next();

    /// <summary>Reads a piece of the member's contents; returns the number of bytes, 0 at the end.</summary>
    public abstract int Read(Span<byte> buffer);
}
