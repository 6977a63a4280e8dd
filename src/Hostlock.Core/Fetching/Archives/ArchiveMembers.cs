namespace Hostlock.Fetching.Archives;

/// <summary>The kinds of members of an archive.</summary>
enum MemberKind
{
    File,
    Folder,
    Link,
    HardLink,
}

/// <summary>The members of an archive one after the other. What is said of a member holds until the next; names are bytes.</summary>
abstract class ArchiveMembers
{
    /// <summary>The path as written.</summary>
    public abstract ReadOnlySpan<byte> Name { get; }

    /// <summary>The target of a link, verbatim; empty for other members.</summary>
    public abstract ReadOnlySpan<byte> Target { get; }

    public MemberKind Kind { get; protected set; }

    /// <summary>True if its owner may execute it.</summary>
    public bool IsExecutable { get; protected set; }

    /// <summary>The bytes of contents that follow.</summary>
    public long Size { get; protected set; }

    /// <summary>Seconds since the epoch, rounded down.</summary>
    public long Modified { get; protected set; }

    /// <summary>Goes to the next member; false at the end. What was not read of the one before is passed over.</summary>
    public abstract bool Next();

    /// <summary>A piece of the contents of the member at hand; 0 at its end.</summary>
    public abstract int Read(Span<byte> buffer);
}
