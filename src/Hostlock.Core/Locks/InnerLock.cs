using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>
/// The lock of an input within the lock of the flake that takes it in. Nix locks a flake that is taken in by a path once more inside of the outer
/// lock, and builds by that copy, whatever the flake's own lock file says.
/// </summary>
public static class InnerLock
{
    /// <summary>
    /// Cuts the lock of an input out, as the input's own lock file would have it; null if the outer lock has no such input, if the input follows
    /// another, or if something beneath it follows an input outside of it.
    /// </summary>
    /// <param name="outer">The lock of the flake that takes the input in.</param>
    /// <param name="input">The name of an input of that flake.</param>
    public static LockFile? Of(LockFile outer, string input)
    {
        if (outer.EdgeAt(InputPath.Of(input)) is not LockEdge.Locked(var node))
            return null;
        var isWhole = true;
        var inner = new LockFile(new(Below(node.Inputs)));
        return isWhole ? inner : null;

        NameMap<LockEdge> Below(NameMap<LockEdge> inputs) =>
            NameMap<LockEdge>.Of([.. inputs.Select(edge => KeyValuePair.Create(edge.Key, Inward(edge.Value)))]);

        LockEdge Inward(LockEdge edge)
        {
            switch (edge)
            {
                case LockEdge.Locked(var child):
                    return new LockEdge.Locked(child.WithInputs(Below(child.Inputs)));
                case LockEdge.Follows({ IsRoot: false } target) when target.Names[0] == input:
                    return new LockEdge.Follows(target.Length == 1 ? InputPath.Root : InputPath.Of([.. target.Names.Skip(1)]));
                default:
                    isWhole = false;
                    return edge;
            }
        }
    }
}
