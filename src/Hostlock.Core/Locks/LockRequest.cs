using System.Collections.Immutable;
using System.Diagnostics;
using Hostlock.Flakes;
using Hostlock.Nar;

namespace Hostlock.Locks;

/// <summary>The request for a lock. In any case it is brought in line with the declarations.</summary>
public abstract record LockRequest
{
    LockRequest()
    {
    }

    /// <summary>References to use in place of the declared ones, by path: <c>--override-input</c>.</summary>
    public ImmutableSortedDictionary<InputPath, FlakeRef> Overrides { get; init; } = ImmutableSortedDictionary<InputPath, FlakeRef>.Empty;

    /// <summary>If true, an input that cannot be reached keeps its old entry and is reported; the others still move.</summary>
    public bool KeepsUnreachable { get; init; }

    /// <summary>Adds what is missing, drops what is gone, moves nothing: <c>nix flake lock</c>.</summary>
    public sealed record InLine : LockRequest
    {
        /// <summary>Inputs that keep their revision but whose flakes are read again, as an update would.</summary>
        public ImmutableArray<InputPath> Rereads { get; init; } = [];
    }

    /// <summary>Locks everything anew, as if there were no old lock: <c>nix flake update</c> without names.</summary>
    public sealed record Recreate : LockRequest;

    /// <summary>Moves the named inputs and nothing else: <c>nix flake update NAME…</c>.</summary>
    /// <param name="Inputs">The inputs to move, by path, each once.</param>
    public sealed record Update(ImmutableArray<InputPath> Inputs) : LockRequest;

    /// <summary>Returns true if an input is to be locked anew, whatever the old lock says of it.</summary>
    public bool Moves(InputPath input) => this switch
    {
        InLine => false,
        Recreate => true,
        Update(var inputs) => inputs.Contains(input),
        _ => throw new UnreachableException(),
    };
}

/// <summary>The flake whose lock is made: its declarations, and the folder that its relative paths start in.</summary>
/// <param name="Flake">The parsed flake.nix.</param>
/// <param name="Place">Its folder in its own tree.</param>
public sealed record TopFlake(Flake Flake, FlakePlace Place)
{
    /// <summary>The oddities of the declarations.</summary>
    public IReadOnlyList<Warning> Warnings { get; init; } = [];

    /// <summary>The names of its outputs; null if nobody read them with the declarations.</summary>
    public OutputNames? Outputs { get; init; }
}

/// <summary>A folder of a tree that holds a flake.nix.</summary>
/// <param name="Files">The whole tree.</param>
/// <param name="Folder">The folder's path in it.</param>
public sealed record FlakePlace(TreeFiles Files, TreePath Folder);

/// <summary>A new lock.</summary>
/// <param name="Lock">The lock.</param>
/// <param name="Warnings">The warnings.</param>
/// <param name="Unmatched">The updates asked for that are no inputs, or follow another. Nix warns of them and goes on.</param>
public sealed record ResolvedLock(LockFile Lock, IReadOnlyList<Warning> Warnings, ImmutableArray<InputPath> Unmatched)
{
    /// <summary>The inputs beneath the flake that could not be reached.</summary>
    public IReadOnlyList<UnreachableInput> Unreachable { get; init; } = [];
}

/// <summary>An input that could not be reached. It stays as it is, or has an earlier answer of upstream.</summary>
/// <param name="Path">The input.</param>
/// <param name="Why">The failure.</param>
public sealed record UnreachableInput(InputPath Path, HostlockException Why)
{
    /// <summary>True if upstream did not answer, and an earlier answer is at hand, with which Nix may go on.</summary>
    public bool IsAtHand { get; init; }
}
