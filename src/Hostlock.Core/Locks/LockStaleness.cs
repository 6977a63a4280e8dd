using System.Collections.Immutable;
using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>One way in which a lock is behind what its flake.nix declares.</summary>
/// <param name="Path">The path of the input.</param>
/// <param name="Why">The difference, as the end of a sentence.</param>
/// <param name="Declared">The place of the declaration; null if the input is not declared any more.</param>
public sealed record StaleInput(InputPath Path, string Why, SourceSpan? Declared);

/// <summary>
/// Tells whether a lock is in line with a flake.nix, from the two alone: nothing is fetched, so the inputs that an input's own flake.nix
/// would add are not seen. A lock made by <see cref="LockResolver"/> from that flake.nix is never stale.
/// </summary>
public static class LockStaleness
{
    /// <summary>Compares a lock with the declarations.</summary>
    /// <param name="flake">The flake.nix.</param>
    /// <param name="file">The lock.</param>
    /// <returns>The inputs in which the lock is behind; none if it is in line.</returns>
    public static ImmutableArray<StaleInput> Between(Flake flake, LockFile file) => new LockComparison(flake).With(file);

    /// <summary>The ways in which one entry of a lock is behind its declaration.</summary>
    /// <param name="path">The path of the input.</param>
    /// <param name="declared">The declaration.</param>
    /// <param name="edge">The entry of the lock.</param>
    public static ImmutableArray<StaleInput> Between(InputPath path, FlakeInput declared, LockEdge edge)
    {
        var stale = ImmutableArray.CreateBuilder<StaleInput>();
        Compare(path, declared, edge, stale);
        return stale.ToImmutable();
    }

    /// <summary>True if a declaration and a lock mean the same reference.</summary>
    /// <param name="declared">The declared reference.</param>
    /// <param name="original">The reference in the lock.</param>
    internal static bool AreAlike(FlakeRef declared, FlakeRef original) =>
        declared.Equals(original) || declared.Canonical.Equals(original.Canonical);

    static void Compare(InputPath path, FlakeInput declared, LockEdge edge, ImmutableArray<StaleInput>.Builder stale)
    {
        switch (declared, edge)
        {
            case ({ Follows: { } target }, LockEdge.Follows(var locked)):
                if (!target.Equals(locked))
                    stale.Add(new(path, $"it follows '{target}', and in the lock '{locked}'", declared.Span));
                return;
            case ({ Follows: { } target }, _):
                stale.Add(new(path, $"it follows '{target}', and in the lock it is an input of its own", declared.Span));
                return;
            case (_, LockEdge.Follows(var locked)):
                stale.Add(new(path, $"it is an input of its own, and in the lock it follows '{locked}'", declared.Span));
                return;
            case (_, LockEdge.Locked(var node)):
                var reference = declared.Reference ?? FlakeRef.Indirect(path.Last);
                if (!AreAlike(reference, node.Original))
                    stale.Add(new(path, $"it is declared as '{reference}', and the lock is of '{node.Original}'", declared.Span));
                else
                    CompareOverrides(path, declared, node, stale);
                return;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    // Only follows that the root imposes: an override of a reference leaves its mark as an original, and its removal none (Nix
    // does not see it either).
    static void CompareOverrides(InputPath path, FlakeInput declared, LockedNode node, ImmutableArray<StaleInput>.Builder stale)
    {
        foreach (var (name, nested) in declared.Overrides)
        {
            var at = path.Append(name);
            if (!node.Inputs.TryGetValue(name, out var edge))
                continue; // an override of an input that does not exist is a warning of Nix's, not a difference
            if (nested.Follows is { } target && edge is not LockEdge.Follows)
                stale.Add(new(at, $"it follows '{target}', and in the lock it is an input of its own", nested.Span));
            else if (nested.Follows is { } declaredTarget && edge is LockEdge.Follows(var locked) && !declaredTarget.Equals(locked))
                stale.Add(new(at, $"it follows '{declaredTarget}', and in the lock '{locked}'", nested.Span));
            else if (
                nested.Reference is { } reference
                    && edge is LockEdge.Locked(var child)
                    && !AreAlike(reference, child.Original))
                stale.Add(new(at, $"it is declared as '{reference}', and the lock is of '{child.Original}'", nested.Span));
            else if (edge is LockEdge.Locked(var inner))
                CompareOverrides(at, nested, inner, stale);
        }
    }
}
