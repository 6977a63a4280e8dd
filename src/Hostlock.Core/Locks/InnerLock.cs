using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>
/// The lock of an input within the lock of the flake that takes it in. Nix locks a flake that is taken in by a path once more inside of the
/// outer lock, and builds by that copy, whatever the flake's own lock file says.
/// </summary>
public static class InnerLock
{
    /// <summary>
    /// Cuts out the lock of an input with the pins that build it: an input that follows one outside gets the pin of that one. Null if the
    /// outer lock has no such input, if the input follows another, or if no lock of its own can say the same.
    /// </summary>
    /// <param name="outer">The lock of the flake that takes the input in.</param>
    /// <param name="input">The name of an input of that flake.</param>
    public static LockFile? AsBuilt(LockFile outer, string input) => new Cut(outer, input).Lock();

    sealed class Cut(LockFile outer, string input)
    {
        readonly HashSet<LockedNode> _around = new(ReferenceEqualityComparer.Instance);
        readonly FollowedNodes _followed = new(outer.Root);
        bool _isWhole = true;
        int _copies;

        public LockFile? Lock()
        {
            if (outer.EdgeAt(InputPath.Of(input)) is not LockEdge.Locked(var node))
                return null;
            var inner = new LockFile(new(Below(node.Inputs)));
            return _isWhole ? inner : null;
        }

        NameMap<LockEdge> Below(NameMap<LockEdge> inputs) =>
            NameMap<LockEdge>.Of([.. inputs.Select(edge => KeyValuePair.Create(edge.Key, Inward(edge.Value)))]);

        LockEdge Inward(LockEdge edge)
        {
            // Each follows may lead to a tree that is copied, with follows that lead to further trees.
            if (_around.Count >= LockFileReader.MaximumDepth || ++_copies > LockResolver.MaximumInputs)
                throw LockException.InnerTooLarge(input);
            switch (edge)
            {
                // A tree from outside may lead to itself once it is copied to the place of the follows.
                case LockEdge.Locked(var child) when _around.Add(child):
                    var parent = child.Parent is { } outerParent ? Rebased(outerParent) : null;
                    _isWhole &= child.Parent is null || parent is not null;
                    var inner = new LockedNode(child.Locked, child.Original, child.IsFlake, parent, Below(child.Inputs))
                    {
                        Unknown = child.Unknown,
                    };
                    _around.Remove(child);
                    return new LockEdge.Locked(inner);
                case LockEdge.Follows(var target) when Rebased(target) is { } within:
                    return new LockEdge.Follows(within);
                case LockEdge.Follows(var target) when _followed.Find(target) is LockedNode followed:
                    return Inward(new LockEdge.Locked(followed));
                default:
                    _isWhole = false;
                    return edge;
            }
        }

        // A path of the outer lock as a path of the inner one; null if it leads outside.
        InputPath? Rebased(InputPath path) =>
            path.IsRoot || path.Names[0] != input ? null : path.Length == 1 ? InputPath.Root : InputPath.Of([.. path.Names.Skip(1)]);
    }
}
