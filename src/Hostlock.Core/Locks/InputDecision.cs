using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>The decision on one input of a flake. Nothing is fetched to reach it.</summary>
public abstract record InputDecision
{
    InputDecision()
    {
    }

    /// <summary>It is another name for an input elsewhere.</summary>
    public sealed record Follow(InputPath Target) : InputDecision;

    /// <summary>The old node stays; its own inputs are judged by what the old lock says of them.</summary>
    public sealed record Keep(LockedNode Old) : InputDecision;

    /// <summary>The old node stays, but its flake.nix has to be read again to judge its inputs.</summary>
    public sealed record Reread(LockedNode Old) : InputDecision;

    /// <summary>It is fetched: the lock has no entry, the declaration has changed, or an update was asked for.</summary>
    public sealed record LockAnew(FlakeRef Reference) : InputDecision;
}
