namespace Hostlock.Locks;

/// <summary>
/// The parts that the locks read so far have in common. Locks of one fleet are nearly identical: code that reads many makes one of these,
/// and equal parts are reused instead of parsed. Several threads may read with it at once.
/// </summary>
public sealed class LockReading
{
    /// <summary>If false, attributes of nodes that Nix does not know are passed over, as Nix does.</summary>
    internal bool KeepsUnknown { get; init; } = true;

    internal KnownNodes Nodes { get; } = new();

    internal KnownReferences References { get; } = new();

    /// <summary>The number of nodes of the lock that was read last; the next one mostly has as many.</summary>
    internal int NodesOfLast { get; set; }
}
