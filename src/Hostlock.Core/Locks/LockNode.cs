using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>An input of a locked node: a node of its own, or another name for an input elsewhere in the lock.</summary>
public abstract record LockEdge
{
    LockEdge()
    {
    }

    /// <summary>A node of its own.</summary>
    /// <param name="Node">The node.</param>
    public sealed record Locked(LockedNode Node) : LockEdge;

    /// <summary>Another name for an input elsewhere in the lock.</summary>
    /// <param name="Target">The path from the root of the lock; the empty one is the root flake itself.</param>
    public sealed record Follows(InputPath Target) : LockEdge;
}

/// <summary>A node of a lock: a flake with its inputs. The root of a lock is one of these and nothing more.</summary>
/// <param name="inputs">The inputs, by name.</param>
public class LockNode(NameMap<LockEdge> inputs)
{
    /// <summary>The inputs, by name.</summary>
    public NameMap<LockEdge> Inputs { get; } = inputs;

    /// <summary>The attributes of the node that Nix 2.34 does not know, as other Nixes write them, by name.</summary>
    public NameMap<UnknownValue> Unknown { get; init; } = NameMap<UnknownValue>.Empty;
}

/// <summary>The value of an attribute of a node that Nix 2.34 does not know.</summary>
/// <param name="Text">Its JSON, as Nix would write it at its place in the lock.</param>
public sealed record UnknownValue(string Text)
{
    /// <summary>The JSON text.</summary>
    public override string ToString() => Text;
}

/// <summary>
/// An input pinned. Immutable, without a key: keys such as <c>nixpkgs_2</c> exist in the file alone. Two edges that hold one
/// object share a node in the file, as hand-written and very old locks do; everything made by this program is a tree.
/// </summary>
/// <param name="locked">The pinned reference.</param>
/// <param name="original">The original reference.</param>
/// <param name="isFlake">False if it was locked with <c>flake = false</c>.</param>
/// <param name="parent">For relative path inputs since Nix 2.26: the flake whose folder the path starts from; else null.</param>
/// <param name="inputs">Its own inputs.</param>
public sealed class LockedNode(FlakeRef locked, FlakeRef original, bool isFlake, InputPath? parent, NameMap<LockEdge> inputs)
    : LockNode(inputs)
{
    static readonly string[] FactsOfRevisions = ["narHash", "lastModified"];

    /// <summary>The pinned reference: what was fetched.</summary>
    public FlakeRef Locked { get; } = locked;

    /// <summary>The reference that was asked for.</summary>
    public FlakeRef Original { get; } = original;

    /// <summary>False if the input was locked with <c>flake = false</c>.</summary>
    public bool IsFlake { get; } = isFlake;

    /// <summary>The flake whose folder a relative path starts from, as written since Nix 2.26; null for all other inputs.</summary>
    public InputPath? Parent { get; } = parent;

    /// <summary>The names of the attributes that Nix writes of each revision and this entry lacks: <c>narHash</c>,
    /// <c>lastModified</c>. None if the entry has no revision.</summary>
    public IEnumerable<string> MissingFacts =>
        Locked.HasHistory && Locked.Revision is not null
            ? FactsOfRevisions.Where(name => !Locked.Input.Has(name))
            : [];

    /// <summary>The same entry with other inputs.</summary>
    /// <param name="inputs">The inputs, by name.</param>
    public LockedNode WithInputs(NameMap<LockEdge> inputs) => new(Locked, Original, IsFlake, Parent, inputs) { Unknown = Unknown };

    /// <summary>The same entry with other facts about the same tree.</summary>
    /// <param name="locked">The pinned reference.</param>
    /// <param name="unknown">The attributes that Nix does not know.</param>
    internal LockedNode With(FlakeRef locked, NameMap<UnknownValue> unknown) =>
        new(locked, Original, IsFlake, Parent, Inputs) { Unknown = unknown };

    /// <summary>Tells whether two nodes were asked for in the same words: one reference, from one place, both flakes or neither.</summary>
    /// <param name="other">The other node.</param>
    public bool SameDeclaration(LockedNode other) =>
        Original.Equals(other.Original) && IsFlake == other.IsFlake && Equals(Parent, other.Parent);

    /// <summary>Tells whether all but the inputs of two nodes is the same.</summary>
    /// <param name="other">The other node.</param>
    public bool SameEntry(LockedNode other) =>
        Locked.Equals(other.Locked) && SameDeclaration(other) && Unknown.SameAs(other.Unknown);
}
