using System.Diagnostics;
using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>
/// Finds the nodes that input paths of one lock lead to, through follows. The end of each follows is found once, however many others lead
/// through it: if each were walked anew, forty follows could take 2^40 steps.
/// </summary>
/// <param name="root">The root of the lock.</param>
/// <remarks>Nix 2.34.8, libflake/lockfile.cc, doFind, which gives the same answers and walks each follows anew.</remarks>
sealed class FollowedNodes(LockNode root)
{
    // Null for a follows that leads nowhere or round in a circle, and for a follows that is being walked.
    readonly Dictionary<LockEdge.Follows, LockNode?> _ends = new(ReferenceEqualityComparer.Instance);

    /// <summary>A path that is being walked. The follows that leads along it is null for the path that was asked for.</summary>
    sealed class Step(LockEdge.Follows? follows, InputPath path, LockNode at)
    {
        public LockEdge.Follows? Follows { get; } = follows;

        public bool IsDone => _next == path.Length;

        public string Name => path.Names[_next];

        public LockNode At { get; private set; } = at;

        int _next;

        public void Go(LockNode to) => (At, _next) = (to, _next + 1);
    }

    /// <summary>Finds the node at the end of a path; null if the path leads nowhere, or round in a circle.</summary>
    /// <param name="path">The path from the root. The empty path leads to the root.</param>
    public LockNode? Find(InputPath path)
    {
        // A lock may have a chain of as many follows as it has inputs, so this is a loop: as many calls would end the program.
        var steps = new Stack<Step>([new(null, path, root)]);
        while (true)
        {
            var step = steps.Peek();
            if (step.IsDone)
            {
                steps.Pop();
                if (step.Follows is null)
                    return step.At;
                _ends[step.Follows] = step.At;
                continue;
            }
            if (!step.At.Inputs.TryGetValue(step.Name, out var edge))
                return null;
            switch (edge)
            {
                case LockEdge.Locked(var node):
                    step.Go(node);
                    break;
                case LockEdge.Follows follows when _ends.TryGetValue(follows, out var end):
                    if (end is null)
                        return null;
                    step.Go(end);
                    break;
                case LockEdge.Follows follows:
                    _ends.Add(follows, null);
                    steps.Push(new(follows, follows.Target, root));
                    break;
                default:
                    throw new UnreachableException();
            }
        }
    }

    /// <summary>
    /// The paths of the circle that a path leads into, in order, with the last of them twice; null if the path leads nowhere.
    /// </summary>
    /// <param name="path">A path for which <see cref="Find"/> has found nothing.</param>
    public IReadOnlyList<InputPath>? CircleOf(InputPath path)
    {
        var (visited, seen) = (new List<InputPath>(), new HashSet<InputPath>());
        while (true)
        {
            visited.Add(path);
            if (!seen.Add(path))
                return visited;
            if (EndlessOn(path) is not { } next)
                return null;
            path = next.Target;
        }
    }

    // The first follows on a path that leads to no node; null if the path names an input that does not exist before it comes to one.
    LockEdge.Follows? EndlessOn(InputPath path)
    {
        var at = root;
        foreach (var name in path.Names)
        {
            if (!at.Inputs.TryGetValue(name, out var edge))
                return null;
            if (edge is LockEdge.Locked(var node))
                at = node;
            else if (edge is LockEdge.Follows follows && _ends.GetValueOrDefault(follows) is { } end)
                at = end;
            else
                return (LockEdge.Follows)edge;
        }
        return null;
    }
}
