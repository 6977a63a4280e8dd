using System.Collections.Immutable;
using Hostlock.Locks;

namespace Hostlock.Fleets.Adoption;

/// <summary>A note for the user about a host that is being adopted.</summary>
/// <param name="Text">The sentence.</param>
/// <param name="Changes">The pins that it is about, each with the pin that takes its place; empty for none.</param>
public sealed record HostNote(string Text, ImmutableArray<LockChange> Changes)
{
    /// <summary>A note about no pins.</summary>
    /// <param name="text">The sentence.</param>
    public HostNote(string text)
        : this(text, [])
    {
    }
}

/// <summary>The places where the inputs of a host are declared and locked, in a flake that is being adopted.</summary>
/// <param name="Flake">The file that declares them, relative to the flake.</param>
/// <param name="Lock">The place of the lock, relative to the flake.</param>
/// <param name="Seed">The bytes that the lock is to have; null if the lock exists, or cannot be made from the files of the flake.</param>
/// <param name="What">The source of the seed, in words; empty if there is none.</param>
/// <param name="Notes">The notes for the user.</param>
public sealed record HostLayout(string Flake, string Lock, byte[]? Seed, string What, ImmutableArray<HostNote> Notes)
{
    /// <summary>True if the lock has other pins than those that build the host today.</summary>
    public bool Moves { get; init; }
}
