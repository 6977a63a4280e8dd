using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>
/// A lock as a tree: a root with inputs, each locked or following another. Immutable; the identity of its content is
/// <see cref="LockDigest"/>.
/// </summary>
public sealed class LockFile(LockNode root)
{
    /// <summary>The lock of a flake without inputs.</summary>
    public static readonly LockFile Empty = new(new LockNode(NameMap<LockEdge>.Empty));

    /// <summary>The root: the inputs of the flake whose lock it is.</summary>
    public LockNode Root { get; } = root;

    /// <summary>Finds the edge at a path without going through follows; null if the lock has no such input.</summary>
    /// <param name="path">The path from the root.</param>
    public LockEdge? EdgeAt(InputPath path)
    {
        LockNode node = Root;
        LockEdge? edge = null;
        foreach (var name in path.Names)
        {
            if (edge is LockEdge.Follows || !node.Inputs.TryGetValue(name, out edge))
                return null;
            if (edge is LockEdge.Locked(var next))
                node = next;
        }
        return edge;
    }

    /// <summary>
    /// Every input by its path, in path order, what lies beneath an input right behind it. A shared node is gone into once.
    /// </summary>
    public IEnumerable<(InputPath Path, LockEdge Edge)> AllInputs()
    {
        var seen = new HashSet<LockNode>(ReferenceEqualityComparer.Instance);
        return Beneath(Root, InputPath.Root, seen);
    }

    static IEnumerable<(InputPath, LockEdge)> Beneath(LockNode node, InputPath at, HashSet<LockNode> seen)
    {
        if (!seen.Add(node))
            yield break;
        foreach (var (name, edge) in node.Inputs)
        {
            var path = at.Append(name);
            yield return (path, edge);
            if (edge is LockEdge.Locked({ Inputs.Count: > 0 } child))
            {
                foreach (var input in Beneath(child, path, seen))
                    yield return input;
            }
        }
    }

    /// <summary>The lock with another edge at a path, whose parent must be a locked node or the root; null takes it away.</summary>
    public LockFile With(InputPath path, LockEdge? edge) => With([(path, edge)]);

    /// <summary>The lock with other edges at several paths, of which none lies beneath another; null takes an input away.</summary>
    /// <param name="edges">The paths, whose parents must be locked nodes or the root, and the edges.</param>
    public LockFile With(IReadOnlyCollection<(InputPath Path, LockEdge? Edge)> edges) => With(Replace(Root, edges, 0));

    /// <summary>The lock with other inputs, and the same root otherwise.</summary>
    /// <param name="inputs">The inputs of the flake, by name.</param>
    public LockFile With(NameMap<LockEdge> inputs) => new(new LockNode(inputs) { Unknown = Root.Unknown });

    /// <summary>
    /// The lock with some nodes replaced. The inputs of a new node are replaced in turn. Nodes that inputs share stay shared.
    /// </summary>
    /// <param name="replace">Gives the node in the place of another; the same object if it stays.</param>
    public LockFile Replace(Func<LockedNode, LockedNode> replace)
    {
        var replaced = new Dictionary<LockedNode, LockedNode>(ReferenceEqualityComparer.Instance);
        var inputs = Inputs(Root);
        return ReferenceEquals(inputs, Root.Inputs) ? this : With(inputs);

        NameMap<LockEdge> Inputs(LockNode of)
        {
            var (inputs, isOther) = (new List<KeyValuePair<string, LockEdge>>(of.Inputs.Count), false);
            foreach (var (name, edge) in of.Inputs)
            {
                var now = edge is LockEdge.Locked(var node) ? Node(node) : null;
                var stays = now is null || (edge is LockEdge.Locked(var before) && ReferenceEquals(now, before));
                inputs.Add(new(name, stays ? edge : new LockEdge.Locked(now!)));
                isOther |= !stays;
            }
            return isOther ? NameMap<LockEdge>.Of(inputs) : of.Inputs;
        }

        LockedNode Node(LockedNode node)
        {
            if (replaced.TryGetValue(node, out var known))
                return known;
            var now = replace(node);
            var inputs = Inputs(now);
            if (!ReferenceEquals(inputs, now.Inputs))
                now = now.WithInputs(inputs);
            replaced.Add(node, now);
            return now;
        }
    }

    static NameMap<LockEdge> Replace(LockNode node, IEnumerable<(InputPath Path, LockEdge? Edge)> edges, int depth)
    {
        var inputs = node.Inputs.ToDictionary(StringComparer.Ordinal);
        foreach (var beneath in edges.GroupBy(edge => edge.Path.Names[depth]))
        {
            var (path, edge) = beneath.First();
            if (path.Length > depth + 1)
            {
                inputs[beneath.Key] = inputs.GetValueOrDefault(beneath.Key) is LockEdge.Locked(var child)
                    ? new LockEdge.Locked(child.WithInputs(Replace(child, beneath, depth + 1)))
                    : throw new ArgumentException($"'{beneath.Key}' has no inputs of its own", nameof(edges));
            }
            else if (edge is null)
            {
                inputs.Remove(beneath.Key);
            }
            else
            {
                inputs[beneath.Key] = edge;
            }
        }
        return NameMap<LockEdge>.Of([.. inputs]);
    }

    /// <summary>
    /// Makes sure that every follows leads to an input.
    /// </summary>
    /// <exception cref="LockException">One leads nowhere, or round in a circle.</exception>
    /// <remarks>Nix 2.34.8, libflake/lockfile.cc, LockFile::check.</remarks>
    public void CheckFollows()
    {
        var followed = new FollowedNodes(Root);
        foreach (var (path, edge) in AllInputs())
        {
            if (edge is LockEdge.Follows { Target: var target } && followed.Find(target) is null)
            {
                throw followed.CircleOf(target) is { } circle
                    ? LockException.FollowCycle(circle)
                    : LockException.FollowsNothing(path, target);
            }
        }
    }

    /// <summary>
    /// Makes sure that Nix would read this lock. A command that only shows a lock does not ask this.
    /// </summary>
    /// <param name="isLockedAnew">Tells which inputs are locked anew, so that their entries need not pin anything.</param>
    /// <exception cref="HostlockException">An entry is of no type that is known, has an attribute its type has not, or pins
    /// nothing.</exception>
    /// <remarks>Nix 2.34.8, libflake/lockfile.cc, LockedNode::LockedNode; libfetchers, inputFromAttrs.</remarks>
    internal void CheckEntries(Predicate<InputPath> isLockedAnew)
    {
        foreach (var (path, edge) in AllInputs())
        {
            if (edge is not LockEdge.Locked(var node))
                continue;
            try
            {
                node.Locked.CheckSupported();
                // A type that is not known differs from whatever is declared, and the input is locked anew.
                if (!node.Original.IsUnknown)
                    node.Original.CheckSupported();
            }
            catch (FlakeException why)
            {
                throw why.While($"while reading the lock entry of input '{path}'");
            }
            if (node.Locked is { IsRelativePath: false, IsLocked: false, NarHash: null } && !isLockedAnew(path))
                throw LockException.UnlockedEntry(path, node.Locked);
        }
    }
}
