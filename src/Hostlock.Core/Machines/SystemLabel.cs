using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Machines.Packages;

namespace Hostlock.Machines;

/// <summary>The short word for the system that a machine runs, by which people tell one system of a host from another.</summary>
public static class SystemLabel
{
    /// <summary>The input that most hosts are told apart by.</summary>
    const string First = "nixpkgs";

    const int HashShown = 7;

    /// <summary>
    /// The word for a system: the revision of nixpkgs in its lock, else the version in its name, else the beginning of its hash; a dash if
    /// nothing runs.
    /// </summary>
    /// <param name="facts">The answer of the machine.</param>
    /// <param name="reading">The memory of locks that are read together; null for a lock alone.</param>
    public static string Of(MachineFacts facts, LockReading? reading = null) =>
        facts.System is not { } system ? "-"
        : facts.Stamp?.TryReadLock(reading) is { } file && Of(file) is { } label ? label
        : PackageName.Of(system).Version is { Length: > 0 } version ? version
        : Path.GetFileName(system.ToString())[..HashShown];

    /// <summary>
    /// The first digits of the revision of nixpkgs in a lock, or of its first input with a revision if it has no nixpkgs; null if none has
    /// one.
    /// </summary>
    /// <param name="file">The lock.</param>
    public static string? Of(LockFile file)
    {
        var revisions = from input in file.Root.Inputs
                        where input.Value is LockEdge.Locked
                        let revision = ((LockEdge.Locked)input.Value).Node.Locked.Revision
                        where revision is not null
                        orderby input.Key == First descending
                        select Visible.Name(Revision.Shorten(revision));
        return revisions.FirstOrDefault();
    }
}
