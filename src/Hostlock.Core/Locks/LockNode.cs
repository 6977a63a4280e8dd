using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>An input of a locked node: a node of its own, or another name for an input elsewhere in the lock.</summary>
public abstract record LockEdge
{
    LockEdge()
    {
    }

    public sealed record Locked(LockedNode Node) : LockEdge;

    /// <param name="Target">The path from the root of the lock; the empty one is the root flake itself.</param>
    public sealed record Follows(InputPath Target) : LockEdge;
}

/// <summary>A node of a lock: a flake with its inputs. The root of a lock is one of these and nothing more.</summary>
public class LockNode(NameMap<LockEdge> inputs)
{
    public NameMap<LockEdge> Inputs { get; } = inputs;
}

/// <summary>
/// An input pinned. Immutable, without a key: keys such as <c>nixpkgs_2</c> exist in the file alone. Two edges that hold one
/// object share a node in the file, as hand-written and very old locks do; everything made by this program is a tree.
/// </summary>
/// <param name="locked">What was fetched.</param>
/// <param name="original">What was asked for.</param>
/// <param name="isFlake">False where it was locked with <c>flake = false</c>.</param>
/// <param name="parent">For relative path inputs since Nix 2.26: the flake whose folder the path starts from.</param>
/// <param name="inputs">Its own inputs.</param>
public sealed class LockedNode(FlakeRef locked, FlakeRef original, bool isFlake, InputPath? parent, NameMap<LockEdge> inputs)
    : LockNode(inputs)
{
    public FlakeRef Locked { get; } = locked;

    public FlakeRef Original { get; } = original;

    public bool IsFlake { get; } = isFlake;

    public InputPath? Parent { get; } = parent;

    public LockedNode WithInputs(NameMap<LockEdge> inputs) => new(Locked, Original, IsFlake, Parent, inputs);

    /// <summary>True where everything but the inputs is the same.</summary>
    public bool SameEntry(LockedNode other) =>
        Locked.Equals(other.Locked) && Original.Equals(other.Original) && IsFlake == other.IsFlake && Equals(Parent, other.Parent);
}
