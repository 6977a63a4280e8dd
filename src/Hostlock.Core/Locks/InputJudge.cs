using System.Collections.Immutable;
using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>An input to judge, as the flake that has it declares it.</summary>
/// <param name="Path">Its path from the root of the lock.</param>
/// <param name="Declared">The declaration.</param>
/// <param name="Place">The flake that declares it, from which a relative path starts.</param>
/// <param name="IsFromLock">
/// True if the declaration was made from an old lock, because the flake.nix is not read. The target of a follows is then a path from the
/// root.
/// </param>
sealed record DeclaredInput(InputPath Path, FlakeInput Declared, FlakePlace Place, bool IsFromLock);

/// <summary>The judgement on an input.</summary>
/// <param name="Input">The input.</param>
/// <param name="Decision">The way to lock the input.</param>
/// <param name="Reference">The reference to ask for; null if the input follows another.</param>
/// <param name="Place">The place that a relative path starts from: the flake that declares or overrides it.</param>
/// <param name="Parent">
/// The input whose folder a relative path starts from; null if the path is one of the command line, or the reference is no relative path.
/// </param>
/// <param name="UsesOverride">True if an override took the place of the declaration.</param>
sealed record InputJudgement(
    DeclaredInput Input, InputDecision Decision, FlakeRef? Reference, FlakePlace Place, InputPath? Parent, bool UsesOverride)
{
    /// <summary>The path of the input.</summary>
    public InputPath Path => Input.Path;

    /// <summary>True if the input can be updated: it does not follow another.</summary>
    public bool CanBeUpdated => Decision is not InputDecision.Follow;
}

/// <summary>Judges an input by its declaration, its entry in the lock and the request alone. Nothing is fetched.</summary>
/// <remarks>Nix 2.34.8, libflake/flake.cc, lockFlake, computeLocks.</remarks>
static class InputJudge
{
    /// <summary>Judges an input.</summary>
    /// <param name="input">The input.</param>
    /// <param name="locked">Its entry in the old lock; null if there is none, or it does not count.</param>
    /// <param name="request">The request.</param>
    /// <param name="overrides">The overrides of the flakes above.</param>
    public static InputJudgement Judge(DeclaredInput input, LockEdge? locked, LockRequest request, InputOverrides overrides)
    {
        var (path, declared, place, isFromLock) = input;
        var overriding = overrides.Find(path);
        var said = overriding?.Input ?? declared;
        place = overriding?.Place ?? place;
        if (said.Follows is { } target)
        {
            // Overrides and declarations alike are relative to the flake that says them.
            var sayer = overriding is null ? path.Parent : overriding.DeclaredBy ?? InputPath.Root;
            var follow = new InputDecision.Follow(isFromLock && overriding is null ? target : sayer.Append(target));
            return new(input, follow, null, place, null, overriding is not null);
        }
        var reference = said.Reference ?? FlakeRef.Indirect(path.Last);
        var parent = !reference.IsRelativePath ? null : overriding is null ? path.Parent : overriding.DeclaredBy;
        var decision = locked is LockEdge.Locked(var old) && IsStillAskedFor(old, reference, parent) && !IsNamed(path, request)
            ? KeepOrReread(input, old, request, overrides)
            : new InputDecision.LockAnew(reference);
        return new(input, decision, reference, place, parent, overriding is not null);
    }

    static bool IsStillAskedFor(LockedNode old, FlakeRef reference, InputPath? parent) =>
        old.Parent == parent && old.Original.Canonical == reference.Canonical;

    // The old lock says nothing of an input that an override of the command line is for.
    static bool IsNamed(InputPath path, LockRequest request) =>
        request.Overrides.ContainsKey(path) || (request is LockRequest.Update(var inputs) && inputs.Contains(path));

    static InputDecision KeepOrReread(DeclaredInput input, LockedNode old, LockRequest request, InputOverrides overrides)
    {
        var isOnTheWay = Ways(request).Any(way => way.Length > input.Path.Length && way.StartsWith(input.Path));
        // A follows that its own flake.nix declares, and that no flake above imposes, has to be read there again.
        var hasOwnFollows = !input.IsFromLock
            && old.Inputs.Any(below => below.Value is LockEdge.Follows && overrides.Find(input.Path.Append(below.Key)) is null);
        return isOnTheWay || hasOwnFollows ? new InputDecision.Reread(old) : new InputDecision.Keep(old);
    }

    // The inputs whose flakes on the way down have to be read.
    static ImmutableArray<InputPath> Ways(LockRequest request) => request switch
    {
        LockRequest.Update(var inputs) => inputs,
        LockRequest.InLine { Rereads: var rereads } => rereads,
        _ => [],
    };
}
