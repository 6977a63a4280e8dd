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
/// Carries a tested lock to other hosts: entries, not intent. The target gets the tested entries of inputs that it declares alike. Asks
/// nothing of the network, and writes nothing.
/// </summary>
/// <param name="tested">The lock that was tested.</param>
/// <param name="declared">Gives the declarations for a lock, with the host's own references in place.</param>
/// <param name="reading">The memory that the tested lock was read with. The other locks are read with it too, so that equal entries are one
/// object.</param>
public sealed class Promotion(TestedLock tested, Func<LockPlace, Flake> declared, LockReading reading)
{
    readonly Lazy<IReadOnlyList<(InputPath Input, InputPath Target)>> _dangling = new(() => LockGraft.Dangling(tested.File));

    /// <summary>Reads the declarations for the hosts on both sides. Nothing is fetched.</summary>
    /// <param name="folder">The fleet.</param>
    /// <param name="declarations">Reads what is declared.</param>
    /// <param name="from">The place of the lock that was tested.</param>
    /// <param name="tested">The lock.</param>
    /// <param name="reading">The memory that the lock was read with.</param>
    /// <param name="targets">The locks that get it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">hostlock.toml names an input that no host has, or the declarations cannot be read.</exception>
    public static async Task<Promotion> OfAsync(
        FleetFolder folder, HostDeclarations declarations, LockPlace from, LockFile tested, LockReading reading,
        IReadOnlyList<LockPlace> targets, CancellationToken cancellationToken)
    {
        await PolicyNames.RequireKnownAsync(folder, [from, .. targets], declarations, cancellationToken);
        var declared = await declarations.OfAsync([from, .. targets], cancellationToken);
        return new(new(from, tested, declared[from]), place => declared[place], reading);
    }

    /// <summary>Works out the lock of each target. If one target must not have it, none gets it, because nobody asked for half a
    /// promotion.</summary>
    /// <param name="targets">The locks that get it.</param>
    /// <param name="request">The part of the lock to carry over.</param>
    /// <exception cref="FleetException">An input was not tested, or no lock but the tested one is to get it.</exception>
    public LockPlan Plan(IReadOnlyList<LockPlace> targets, PromotionRequest request)
    {
        if (request is PromotionRequest.Inputs(var paths) && paths.FirstOrDefault(path => tested.File.EdgeAt(path) is null) is { } unknown)
            throw FleetException.NotAnInput(tested.Place, unknown, tested.File);
        var others = targets.Where(target => target.FullPath != tested.Place.FullPath).ToList();
        if (others.Count == 0)
            throw FleetException.PromotesToItself(tested.Place);
        return new([.. Together.Map(others, target => Plan(target, request))]) { WritesAllOrNone = true };
    }

    /// <summary>The lock that a new host begins with: the tested one on top of the one that it would have otherwise. An input that it may
    /// not get stays as in the latter.</summary>
    /// <param name="target">The owner of the lock.</param>
    /// <param name="before">The lock that it would have otherwise.</param>
    /// <exception cref="FleetException">An input would follow one that does not exist.</exception>
    public PlannedLock Over(LockPlace target, LockFile before)
    {
        var (after, held) = Whole(target, before);
        after = after.WithFactsOf(before).WithUnknownOf(before);
        return LockGraft.Dangling(after) is [var (input, follows), ..]
            ? throw FleetException.PromotionDangles(target, input, follows)
            : PlannedLock.Of(target, before, after).Leaving(held, []);
    }

    /// <summary>The inputs of a lock that a promotion of the whole tested lock would leave as they are although they differ, and
    /// why.</summary>
    /// <param name="target">The owner of the lock.</param>
    /// <param name="before">The lock.</param>
    public IReadOnlyList<HeldInput> Held(LockPlace target, LockFile before) => Whole(target, before).Held;

    LockOutcome Plan(LockPlace target, PromotionRequest request)
    {
        try
        {
            var before = HostLocks.Read(target, reading);
            if (FrozenInputs.Unknown(target, FrozenInputs.NamesIn(before).Concat(FrozenInputs.NamesIn(tested.File))) is { } unknown)
                return new LockOutcome.Failed(target, unknown);
            var (after, held) = request switch
            {
                PromotionRequest.Whole => Whole(target, before),
                PromotionRequest.Inputs(var paths) => Chosen(target, before ?? LockFile.Empty, paths),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
            // The tested entries may come from another Nix, which records less about the same pin.
            if (before is not null)
                after = after.WithFactsOf(before).WithUnknownOf(before);

            if (Dangling(after) is [var (input, follows), ..])
                return new LockOutcome.Failed(target, FleetException.PromotionDangles(target, input, follows));
            var planned = PlannedLock.Of(target, before, after).Leaving(held, []);
            return !request.AllowsDowngrade && planned.Diff.Changes.FirstOrDefault(Downgrade.Is) is { } back
                ? new LockOutcome.Failed(target, FleetException.GoesBack(Downgrade.Describe(back)))
                : new LockOutcome.Planned(planned);
        }
        catch (HostlockException why)
        {
            return new LockOutcome.Failed(target, why);
        }
    }

    // Most hosts get the tested lock as it is.
    IReadOnlyList<(InputPath Input, InputPath Target)> Dangling(LockFile after) =>
        ReferenceEquals(after, tested.File) ? _dangling.Value : LockGraft.Dangling(after);

    (LockFile After, List<HeldInput> Held) Whole(LockPlace target, LockFile? before)
    {
        var (after, held, wanted) = (tested.File, new List<HeldInput>(), declared(target));
        // Most hosts are declared by one flake, and each of their inputs was tested.
        if (tested.IsFreeFor(target, wanted) && (before is null || after.Root.Inputs.HasNamesOf(before.Root.Inputs)))
            return (after, held);
        var names = FrozenInputs.NamesIn(tested.File).Concat(FrozenInputs.NamesIn(before)).Concat(wanted.Inputs.Keys);
        foreach (var name in names.Distinct())
        {
            if (tested.RuleFor(name, target, wanted) is not { } rule)
                continue;
            var path = InputPath.Of(name);
            // A freeze keeps an entry where it is; it does not keep one out.
            if (rule is HoldingRule.Frozen && before?.EdgeAt(path) is null)
                continue;
            held.Add(new(path, rule));
            after = after.With(path, before?.EdgeAt(path));
        }
        return (after, Differing([.. held.OrderBy(one => one.Path)], before));
    }

    (LockFile After, List<HeldInput> Held) Chosen(LockPlace target, LockFile before, ImmutableArray<InputPath> paths)
    {
        var (after, held, wanted) = (before, new List<HeldInput>(), declared(target));
        foreach (var path in paths)
        {
            if (tested.RuleFor(path.Names[0], target, wanted) is { } rule)
                held.Add(new(path, rule));
            else if (path.Length > 1 && after.EdgeAt(path.Parent) is not LockEdge.Locked)
                throw FleetException.NotAnInput(target, path.Parent, before);
            else
                after = LockGraft.Into(after, tested.File, path);
        }
        return (after, Differing(held, before));
    }

    // An input that is the same in both locks is not held. One that neither has, and the target declares, is missing all the same.
    List<HeldInput> Differing(List<HeldInput> held, LockFile? before)
    {
        if (held.Count == 0)
            return held;
        var changes = LockDiff.Between(before ?? LockFile.Empty, tested.File).Changes;
        return [.. held.Where(input => changes.Any(change => change.Path.StartsWith(input.Path)) || IsMissing(input))];

        bool IsMissing(HeldInput input) => input.Rule is HoldingRule.NotInSource && before?.EdgeAt(input.Path) is null;
    }
}
