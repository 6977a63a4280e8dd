using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>
/// Completes a lock by others: if they pin the same tree at a path, facts that only one has are not lost. Locks of other Nixes lack
/// <c>narHash</c>, and have attributes that Nix 2.34 does not know.
/// </summary>
public static class LockCompletion
{
    /// <summary>
    /// The lock with the <c>narHash</c>, <c>lastModified</c> and <c>revCount</c> that other locks alone have of a pin. If the others
    /// contradict each other, none of them is believed.
    /// </summary>
    /// <param name="file">The lock.</param>
    /// <param name="others">The other locks.</param>
    public static LockFile WithFactsOf(this LockFile file, params LockFile[] others) =>
        Complete(file, others, (node, same) =>
        {
            var facts = same.Aggregate(node.Locked, (known, other) => known.WithFactsOf(other.Locked));
            return same.TrueForAll(other => other.Locked.PinsSameAs(facts)) ? Filled(node, facts, node.Unknown) : node;
        });

    /// <summary>The lock with the attributes that Nix does not know and that another lock has of a pin, and of the root.</summary>
    /// <param name="file">The lock.</param>
    /// <param name="other">The other lock.</param>
    public static LockFile WithUnknownOf(this LockFile file, LockFile other)
    {
        var completed = Complete(file, [other], (node, same) =>
            Filled(node, node.Locked, same.Aggregate(node.Unknown, (all, next) => Joined(all, next.Unknown))));
        var unknown = Joined(completed.Root.Unknown, other.Root.Unknown);
        return ReferenceEquals(unknown, completed.Root.Unknown)
            ? completed
            : new(new LockNode(completed.Root.Inputs) { Unknown = unknown });
    }

    static LockedNode Filled(LockedNode node, FlakeRef locked, NameMap<UnknownValue> unknown) =>
        ReferenceEquals(locked, node.Locked) && ReferenceEquals(unknown, node.Unknown) ? node : node.With(locked, unknown);

    static NameMap<UnknownValue> Joined(NameMap<UnknownValue> first, NameMap<UnknownValue> second)
    {
        foreach (var (name, value) in second)
        {
            if (!first.ContainsKey(name))
                first = first.With(name, value);
        }
        return first;
    }

    // Gives each node to the function, with the nodes of the other locks that pin the same at its path.
    static LockFile Complete(LockFile file, LockFile[] others, Func<LockedNode, List<LockedNode>, LockedNode> complete)
    {
        // A node that inputs share is completed by what the other locks have at the first of them.
        var seen = new HashSet<LockedNode>(ReferenceEqualityComparer.Instance);
        var completed = new Dictionary<LockedNode, LockedNode>(ReferenceEqualityComparer.Instance);
        Beneath(file.Root, [.. Array.FindAll(others, other => !ReferenceEquals(other, file)).Select(other => other.Root)]);
        return completed.Count == 0 ? file : file.Replace(node => completed.GetValueOrDefault(node, node));

        void Beneath(LockNode node, List<LockNode> counterparts)
        {
            for (var at = 0; at < node.Inputs.Count; at++)
            {
                var (name, edge) = node.Inputs.Members[at];
                if (edge is not LockEdge.Locked(var child))
                    continue;
                List<LockNode>? below = null;
                foreach (var counterpart in counterparts)
                {
                    if (counterpart.Inputs.TryGetValue(name, at, out var other) && other is LockEdge.Locked(var there)
                        && !HasNothingFor(child, there))
                        (below ??= []).Add(there);
                }
                if (below is null || !seen.Add(child))
                    continue;
                var same = below.Cast<LockedNode>().Where(there => there.Locked.PinsSameAs(child.Locked)).ToList();
                if (same.Count > 0 && complete(child, same) is var whole && !ReferenceEquals(whole, child))
                    completed.Add(child, whole);
                Beneath(child, below);
            }
        }
    }

    // Most entries of the locks of a fleet are equal, and those that were read together share their references.
    static bool HasNothingFor(LockedNode node, LockedNode counterpart) =>
        ReferenceEquals(node, counterpart)
        || (node.Inputs.Count == 0 && ReferenceEquals(node.Locked, counterpart.Locked) && node.Unknown.SameAs(counterpart.Unknown));
}
