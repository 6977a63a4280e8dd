using System.Collections.Immutable;
using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>One input that two locks do not have alike.</summary>
/// <param name="Path">Its path from the root.</param>
/// <param name="Before">Its edge in the earlier lock; null if that lock has no such input.</param>
/// <param name="After">Its edge in the later lock; null if that lock has no such input.</param>
public sealed record LockChange(InputPath Path, LockEdge? Before, LockEdge? After)
{
    /// <summary>
    /// True if another tree is fetched or another input followed. Nix says nothing of the other changes (a new <c>original</c> alone).
    /// </summary>
    public bool Moves => (Before, After) switch
    {
        (LockEdge.Locked(var before), LockEdge.Locked(var after)) => !before.Locked.PinsSameAs(after.Locked),
        (LockEdge.Follows before, LockEdge.Follows after) => !before.Equals(after),
        _ => true,
    };

    /// <summary>True if both locks have an entry of its own for the input, with another declared reference.</summary>
    public bool IsDeclaredOtherwise =>
        (Before, After) is (LockEdge.Locked(var before), LockEdge.Locked(var after)) && !before.SameDeclaration(after);

    /// <summary>The attributes of the entry that differ, beside <c>original</c>. None if an entry came, went or follows another.</summary>
    public IEnumerable<AttributeChange> Attributes
    {
        get
        {
            if ((Before, After) is not (LockEdge.Locked(var before), LockEdge.Locked(var after)))
                return [];
            var (old, now) = (ValuesOf(before), ValuesOf(after));
            return old.Keys.Union(now.Keys).Order(Utf8Order.Instance)
                .Select(name => new AttributeChange(name, old.GetValueOrDefault(name), now.GetValueOrDefault(name)))
                .Where(attribute => attribute.Before != attribute.After);
        }
    }

    static Dictionary<string, string> ValuesOf(LockedNode node)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in node.Unknown)
            values[name] = value.Text;
        foreach (var (name, value) in node.Locked.Attributes)
            values[name] = value.ToString()!;
        if (!node.IsFlake)
            values["flake"] = "false";
        if (node.Parent is { } parent)
            values["parent"] = parent.ToString();
        return values;
    }
}

/// <summary>An attribute of an entry that two locks do not have alike.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Before">Its value in the earlier lock, as text; null if that entry does not have it.</param>
/// <param name="After">Its value in the later lock, as text; null if that entry does not have it.</param>
public sealed record AttributeChange(string Name, string? Before, string? After);

/// <summary>The differences between two locks, input by input, by path and without node keys.</summary>
/// <param name="Changes">The inputs that differ, in the order of their paths.</param>
/// <remarks>Nix 2.34.8, libflake/lockfile.cc, LockFile::diff.</remarks>
public sealed record LockDiff(ImmutableArray<LockChange> Changes)
{
    /// <summary>True if the two locks have the same inputs, locked alike.</summary>
    public bool IsEmpty => Changes.IsEmpty;

    /// <summary>Compares two locks.</summary>
    /// <param name="before">The earlier lock.</param>
    /// <param name="after">The later lock.</param>
    public static LockDiff Between(LockFile before, LockFile after)
    {
        var changes = ImmutableArray.CreateBuilder<LockChange>();
        if (!ReferenceEquals(before, after))
            Compare(before, after, changes);
        return new(changes.ToImmutable());
    }

    /// <summary>Tells whether two locks are written with the same bytes.</summary>
    /// <param name="before">The earlier lock.</param>
    /// <param name="after">The later lock.</param>
    public static bool Same(LockFile before, LockFile after) =>
        ReferenceEquals(before, after)
        || IsShared(before.Root, after.Root)
        || LockFileWriter.Write(before).AsSpan().SequenceEqual(LockFileWriter.Write(after));

    // Locks that were read together share equal nodes, so that there is nothing to write out.
    static bool IsShared(LockNode before, LockNode after) =>
        before.Unknown.SameAs(after.Unknown) && before.Inputs.SameAs(after.Inputs);

    static void Compare(LockFile before, LockFile after, ImmutableArray<LockChange>.Builder changes)
    {
        using var left = before.AllInputs().GetEnumerator();
        using var right = after.AllInputs().GetEnumerator();
        var (hasLeft, hasRight) = (left.MoveNext(), right.MoveNext());
        while (hasLeft || hasRight)
        {
            var order = !hasLeft ? 1 : !hasRight ? -1 : left.Current.Path.CompareTo(right.Current.Path);
            if (order < 0)
                changes.Add(new(left.Current.Path, left.Current.Edge, null));
            else if (order > 0)
                changes.Add(new(right.Current.Path, null, right.Current.Edge));
            else if (!SameEdge(left.Current.Edge, right.Current.Edge))
                changes.Add(new(left.Current.Path, left.Current.Edge, right.Current.Edge));
            hasLeft = order <= 0 ? left.MoveNext() : hasLeft;
            hasRight = order >= 0 ? right.MoveNext() : hasRight;
        }
    }

    static bool SameEdge(LockEdge before, LockEdge after) => (before, after) switch
    {
        (LockEdge.Locked(var one), LockEdge.Locked(var other)) => ReferenceEquals(one, other) || one.SameEntry(other),
        (LockEdge.Follows one, LockEdge.Follows other) => one.Equals(other),
        _ => false,
    };
}
