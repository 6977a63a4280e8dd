using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>An input that a promotion or an update leaves as it is, and why.</summary>
public sealed record KeptInput(string Input, string Reason);

/// <summary>What a promotion does to one target.</summary>
public abstract record TargetPlan(LockPlace Place)
{
    /// <summary>The lock it gets. Where nothing was kept, it is the source's lock entry for entry.</summary>
    public sealed record Ready(LockPlace Place, LockFile? Before, LockFile After, LockDiff Diff, bool IsChange, ImmutableArray<KeptInput> Kept) : TargetPlan(Place);

    /// <summary>It must not get it.</summary>
    public sealed record Refused(LockPlace Place, string Why, string Hint) : TargetPlan(Place);
}

/// <summary>What to carry over.</summary>
/// <param name="Inputs">The inputs to carry, each with all beneath it; the whole lock where empty.</param>
/// <param name="AllowsDowngrade">True where going back in time is wanted.</param>
public sealed record PromotionRequest(ImmutableArray<InputPath> Inputs, bool AllowsDowngrade);

/// <summary>
/// Carries a tested lock to other hosts: entries, not intent. What the target gets is what was tested. Asks nothing of the
/// network; <c>Plan</c> judges and writes nothing, <see cref="Apply"/> writes what was judged.
/// </summary>
public static class Promotion
{
    public static IReadOnlyList<TargetPlan> Plan(LockPlace from, LockFile tested, IReadOnlyList<LockPlace> targets, PromotionRequest request)
    {
        foreach (var path in request.Inputs.Where(path => tested.EdgeAt(path) is null))
            throw FleetException.NotAnInput(from, path, tested);
        var reading = new LockReading();
        return [.. targets.AsParallel().AsOrdered().Select(target => Plan(from, tested, target, request, reading))];
    }

    /// <summary>Writes the locks that change, all of them or none.</summary>
    public static void Apply(IEnumerable<TargetPlan> plans) =>
        HostLocks.Write(plans.OfType<TargetPlan.Ready>().Where(ready => ready.IsChange).Select(ready => (ready.Place, ready.After)));

    static TargetPlan Plan(LockPlace from, LockFile tested, LockPlace target, PromotionRequest request, LockReading reading)
    {
        var before = HostLocks.Read(target, reading);
        if (FrozenInputs.Unknown(target, FrozenInputs.NamesIn(before).Concat(FrozenInputs.NamesIn(tested))) is { } unknown)
            return new TargetPlan.Refused(target, unknown.Message, unknown.Hint!);
        var kept = ImmutableArray.CreateBuilder<KeptInput>();
        var after = request.Inputs.IsEmpty
            ? Whole(tested, before, from, target, kept)
            : Chosen(tested, before ?? LockFile.Empty, request.Inputs, from, target, kept);

        if (LockGraft.Dangling(after) is [var (input, follows), ..])
        {
            return new TargetPlan.Refused(
                target,
                $"'{input}' would follow '{follows}', which the lock of {target.Name} would not have",
                $"promote '{follows.Names[0]}' as well, or the whole lock");
        }
        var diff = LockDiff.Between(before ?? LockFile.Empty, after);
        if (!request.AllowsDowngrade && diff.Changes.FirstOrDefault(Downgrade.Is) is { } back)
        {
            return new TargetPlan.Refused(
                target,
                Downgrade.Describe(back),
                Downgrade.Hint);
        }
        // Where no entry differs the form may: that takes writing both.
        var isChange = before is null || !diff.IsEmpty || !LockDiff.Same(before, after);
        return new TargetPlan.Ready(target, before, after, diff, isChange, kept.ToImmutable());
    }

    static LockFile Whole(LockFile tested, LockFile? before, LockPlace from, LockPlace target, ImmutableArray<KeptInput>.Builder kept)
    {
        var after = tested;
        foreach (var name in tested.Root.Inputs.Names.Concat(before?.Root.Inputs.Names ?? []).Distinct().Order(Utf8Order.Instance))
        {
            if (WhyKept(name, from, target, tested) is not { } reason)
                continue;
            // What the target never had stays away from it only where there is something of its own to keep.
            if (before is null || !before.Root.Inputs.ContainsKey(name))
                continue;
            kept.Add(new(name, reason));
            after = after.With(InputPath.Of(name), before.EdgeAt(InputPath.Of(name)));
        }
        return after;
    }

    static LockFile Chosen(
        LockFile tested, LockFile before, ImmutableArray<InputPath> inputs, LockPlace from, LockPlace target, ImmutableArray<KeptInput>.Builder kept)
    {
        var after = before;
        foreach (var path in inputs)
        {
            if (WhyKept(path.Names[0], from, target, tested) is { } reason)
                kept.Add(new(path.ToString(), reason));
            else if (path.Length > 1 && after.EdgeAt(path.Parent) is not LockEdge.Locked)
                throw FleetException.NotAnInput(target, path.Parent, before);
            else
                after = LockGraft.Into(after, tested, path);
        }
        return after;
    }

    static string? WhyKept(string name, LockPlace from, LockPlace target, LockFile tested) =>
        target.Frozen.TryGetValue(name, out var freeze) ? $"frozen: {freeze}"
        : target.References.TryGetValue(name, out var reference) && !(from.References.TryGetValue(name, out var same) && same == reference)
            ? $"{target.Name} tracks {reference}"
        : from.References.TryGetValue(name, out var own) && !target.References.ContainsKey(name)
            ? $"{from.Name} tracks {own} for itself"
        : !tested.Root.Inputs.ContainsKey(name) ? $"{from.Name} has no such input"
        : null;
}
