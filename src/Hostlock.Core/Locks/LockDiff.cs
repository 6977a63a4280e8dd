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
        (LockEdge.Locked(var before), LockEdge.Locked(var after)) => !before.Locked.Equals(after.Locked),
        (LockEdge.Follows before, LockEdge.Follows after) => !before.Equals(after),
        _ => true,
    };
}

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
        ReferenceEquals(before, after) || LockFileWriter.Write(before).AsSpan().SequenceEqual(LockFileWriter.Write(after));

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
