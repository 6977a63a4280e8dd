using System.Collections.Immutable;
using Hostlock.Locks;

namespace Hostlock.Fleets.Adoption;

/// <summary>Something that the user should know of a host that is being adopted.</summary>
/// <param name="Text">The sentence.</param>
/// <param name="Changes">The pins it speaks of, from those that are left to those that take their place; empty if it speaks of
/// none.</param>
public sealed record HostNote(string Text, ImmutableArray<LockChange> Changes)
{
    /// <summary>A note that speaks of no pins.</summary>
    /// <param name="text">The sentence.</param>
    public HostNote(string text)
        : this(text, [])
    {
    }
}

/// <summary>The places where the inputs of a host are declared and locked, in a flake that is being adopted.</summary>
/// <param name="Flake">The file that declares them, relative to the flake.</param>
/// <param name="Lock">The place of the lock, relative to the flake.</param>
/// <param name="Seed">The bytes that the lock is to have; null if the lock exists, or cannot be made from what lies in the flake.</param>
/// <param name="What">Where the seed comes from, in words; empty if there is none.</param>
/// <param name="Notes">What the user should know of it.</param>
public sealed record HostLayout(string Flake, string Lock, byte[]? Seed, string What, ImmutableArray<HostNote> Notes)
{
    /// <summary>True if the lock pins something else than what builds the host today.</summary>
    public bool Moves { get; init; }
}
