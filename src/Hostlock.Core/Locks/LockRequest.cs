using System.Collections.Immutable;
using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>What is asked of a lock beside bringing it in line with what is declared.</summary>
public sealed record LockRequest
{
    /// <summary>Add what is missing, drop what is gone, move nothing: <c>nix flake lock</c>.</summary>
    public static readonly LockRequest Nothing = new();

    /// <summary>Lock everything anew: <c>nix flake update</c> without names.</summary>
    public static readonly LockRequest Everything = new() { Recreate = true };

    /// <summary>The inputs to move, by path.</summary>
    public ImmutableHashSet<InputPath> Updates { get; init; } = [];

    /// <summary>Inputs that stay, and whose flakes on the way are read again, as an update of them would do.</summary>
    public ImmutableHashSet<InputPath> Rereads { get; init; } = [];

    /// <summary>True where an input that cannot be reached stays as it was, and the others move: their failures are told, and are no failure of the whole.</summary>
    public bool KeepsUnreachable { get; init; }

    /// <summary>True where the old lock counts for nothing.</summary>
    public bool Recreate { get; init; }

    /// <summary>References to use in place of the declared ones, by path: <c>--override-input</c>.</summary>
    public ImmutableSortedDictionary<InputPath, FlakeRef> Overrides { get; init; } = ImmutableSortedDictionary<InputPath, FlakeRef>.Empty;

    /// <summary>Moves the named inputs and nothing else: <c>nix flake update NAME…</c>.</summary>
    public static LockRequest Update(IEnumerable<InputPath> inputs) => new() { Updates = [.. inputs] };
}

/// <summary>The flake whose lock is made: what it declares, and where its relative paths start.</summary>
/// <param name="Flake">The parsed flake.nix.</param>
/// <param name="Place">Its folder in its own tree.</param>
public sealed record TopFlake(Flake Flake, FlakePlace Place);

/// <summary>A folder of a tree that holds a flake.nix.</summary>
/// <param name="Files">The whole tree.</param>
/// <param name="Folder">The folder's path in it; empty for the root of the tree.</param>
public sealed record FlakePlace(TreeFiles Files, string Folder);

/// <summary>A lock as it should be.</summary>
/// <param name="Lock">The lock.</param>
/// <param name="Warnings">What was odd on the way to it.</param>
/// <param name="Unmatched">The updates asked for that are no inputs, or follow another. Nix warns of them and goes on.</param>
public sealed record ResolvedLock(LockFile Lock, IReadOnlyList<Warning> Warnings, ImmutableArray<InputPath> Unmatched)
{
    /// <summary>The inputs that could not be reached and stayed as they were, and why.</summary>
    public IReadOnlyList<(InputPath Path, HostlockException Why)> Kept { get; init; } = [];
}
