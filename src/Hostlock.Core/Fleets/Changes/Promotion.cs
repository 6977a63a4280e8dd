using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>The part of a lock to carry over.</summary>
public abstract record PromotionRequest
{
    PromotionRequest()
    {
    }

    /// <summary>True if inputs may go back in time.</summary>
    public bool AllowsDowngrade { get; init; }

    /// <summary>The whole lock.</summary>
    public sealed record Whole : PromotionRequest;

    /// <summary>Some inputs, each with its own inputs.</summary>
    public sealed record Inputs(ImmutableArray<InputPath> Paths) : PromotionRequest;
}

/// <summary>
/// Carries a tested lock to other hosts, entry by entry, so that the target gets exactly the revisions that were tested. Uses no network,
/// and writes nothing.
/// </summary>
public static class Promotion
{
    /// <summary>
    /// Works out the lock of each target. If one target must not get it, no target does, because nobody asks for half a promotion.
    /// </summary>
    /// <param name="from">The place of the tested lock.</param>
    /// <param name="tested">The tested lock.</param>
    /// <param name="targets">The locks that get it.</param>
    /// <param name="request">The part to carry over.</param>
    /// <exception cref="HostlockException">An input does not exist, or the lock of a target cannot be read.</exception>
    public static LockPlan Plan(LockPlace from, LockFile tested, IReadOnlyList<LockPlace> targets, PromotionRequest request)
    {
        if (request is PromotionRequest.Inputs(var paths) && paths.FirstOrDefault(path => tested.EdgeAt(path) is null) is { } unknown)
            throw FleetException.NotAnInput(from, unknown, tested);
        var reading = new LockReading();
        return new([.. targets.AsParallel().AsOrdered().Select(target => Plan(from, tested, target, request, reading))]) { WritesAllOrNone = true };
    }

    static LockOutcome Plan(LockPlace from, LockFile tested, LockPlace target, PromotionRequest request, LockReading reading)
    {
        var before = HostLocks.Read(target, reading);
        if (FrozenInputs.Unknown(target, FrozenInputs.NamesIn(before).Concat(FrozenInputs.NamesIn(tested))) is { } unknown)
            return new LockOutcome.Failed(target, unknown);
        var held = new List<HeldInput>();
        var after = request switch
        {
            PromotionRequest.Whole => Whole(tested, before, from, target, held),
            PromotionRequest.Inputs(var paths) => Chosen(tested, before ?? LockFile.Empty, paths, from, target, held),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

        if (LockGraft.Dangling(after) is [var (input, follows), ..])
            return new LockOutcome.Failed(target, FleetException.PromotionDangles(target, input, follows));
        var planned = PlannedLock.Of(target, before, after).Leaving(held, []);
        return !request.AllowsDowngrade && planned.Diff.Changes.FirstOrDefault(Downgrade.Is) is { } back
            ? new LockOutcome.Failed(target, FleetException.GoesBack(Downgrade.Describe(back)))
            : new LockOutcome.Planned(planned);
    }

    static LockFile Whole(LockFile tested, LockFile? before, LockPlace from, LockPlace target, List<HeldInput> held)
    {
        var after = tested;
        foreach (var name in tested.Root.Inputs.Names.Concat(before?.Root.Inputs.Names ?? []).Distinct().Order(Utf8Order.Instance))
        {
            if (RuleFor(name, from, target, tested) is not { } rule)
                continue;
            // An input that the target never had is not carried over only if the target has a reference of its own for it.
            if (before is null || !before.Root.Inputs.ContainsKey(name))
                continue;
            held.Add(new(InputPath.Of(name), rule));
            after = after.With(InputPath.Of(name), before.EdgeAt(InputPath.Of(name)));
        }
        return after;
    }

    static LockFile Chosen(LockFile tested, LockFile before, ImmutableArray<InputPath> paths, LockPlace from, LockPlace target, List<HeldInput> held)
    {
        var after = before;
        foreach (var path in paths)
        {
            if (RuleFor(path.Names[0], from, target, tested) is { } rule)
                held.Add(new(path, rule));
            else if (path.Length > 1 && after.EdgeAt(path.Parent) is not LockEdge.Locked)
                throw FleetException.NotAnInput(target, path.Parent, before);
            else
                after = LockGraft.Into(after, tested, path);
        }
        return after;
    }

    // Null if the input is carried over.
    static HoldingRule? RuleFor(string name, LockPlace from, LockPlace target, LockFile tested) =>
        target.Frozen.TryGetValue(name, out var freeze) ? new HoldingRule.Frozen(freeze)
        : target.References.TryGetValue(name, out var reference) && !(from.References.TryGetValue(name, out var same) && same == reference)
            ? new HoldingRule.OwnReference(target.Owner, reference)
        : from.References.TryGetValue(name, out var own) && !target.References.ContainsKey(name)
            ? new HoldingRule.OwnReferenceOfSource(from.Owner, own)
        : !tested.Root.Inputs.ContainsKey(name) ? new HoldingRule.NotInSource(from.Owner)
        : null;
}
