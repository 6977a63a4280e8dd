using System.Collections.Concurrent;
using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets.Changes;

/// <summary>Works out the new locks of one or more hosts. Writes nothing.</summary>
/// <param name="source">Follows references to trees.</param>
/// <param name="repository">The tree that the flake's own relative paths start in, and the flake's folder in it.</param>
/// <param name="settings">The flake on disk, for places in its hostlock.toml; null if there is none.</param>
public sealed class HostUpdate(IFlakeSource source, FlakePlace repository, FleetFolder? settings = null)
{
    const int AtOnce = 16;

    readonly LockResolver _resolver = new(source);
    readonly HostDeclarations _declarations = new(repository, settings);

    // Most hosts of a fleet have the same lock as another one, so a lock is read and updated once for all of them. A plan is for one
    // request.
    readonly ConcurrentDictionary<byte[], LockFile> _read = new(new ByBytes());
    readonly LockReading _reading = new();
    readonly ConcurrentDictionary<(LockFile Before, string Folder, string File), Lazy<Task<Resolution>>> _resolutions = [];

    /// <summary>
    /// Makes the updates of a flake on disk. The tree of the flake is its git work tree, or its folder if it is in no repository.
    /// </summary>
    /// <param name="folder">The flake.</param>
    /// <param name="source">Follows references to trees.</param>
    /// <param name="processes">The seam to git.</param>
    /// <param name="edited">A file of the flake that is read as it would be after an edit; null if all are read as they are.</param>
    public static HostUpdate Of(FleetFolder folder, IFlakeSource source, IProcessRunner processes, EditedFile? edited = null)
    {
        var place = HostDeclarations.PlaceOf(folder, processes);
        return edited is null
            ? new(source, place, folder)
            : new(source, place with { Files = new EditedFiles(place.Files, place.Folder.Resolve(edited.Path), edited.Contents) }, folder);
    }

    /// <summary>The declarations of the hosts' flakes.</summary>
    public HostDeclarations Declarations => _declarations;

    /// <summary>Works out the new lock of each host, in the order given. If one fails, the failure is its outcome.</summary>
    public async Task<IReadOnlyList<LockOutcome>> PlanAsync(
        IReadOnlyList<LockPlace> places, UpdateRequest request, CancellationToken cancellationToken)
    {
        _resolutions.Clear();
        var outcomes = new LockOutcome[places.Count];
        var bounded = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, places.Count), bounded, async (i, stop) =>
        {
            try
            {
                outcomes[i] = new LockOutcome.Planned(await PlanAsync(places[i], request, stop));
            }
            catch (HostlockException why)
            {
                outcomes[i] = new LockOutcome.Failed(places[i], why);
            }
        });
        return outcomes;
    }

    async Task<PlannedLock> PlanAsync(LockPlace place, UpdateRequest request, CancellationToken cancellationToken)
    {
        var before = Read(place);
        var (planned, unmatched) = place.References.Count == 0 && place.Frozen.Count == 0
            ? await _resolutions.GetOrAdd(
                (before ?? LockFile.Empty, place.FlakeFolder, place.FlakeFile),
                _ => new(() => ResolveAsync(place, before, request, cancellationToken))).Value
            : await ResolveAsync(place, before, request, cancellationToken);
        return unmatched is [var unknown, ..] ? throw FleetException.NotAnInput(place, unknown, planned.After) : planned.At(place);
    }

    /// <summary>The result for one lock.</summary>
    /// <param name="Lock">The planned lock, at the first of the places that share it.</param>
    /// <param name="Unmatched">The inputs of the request that the lock does not have, or that follow another.</param>
    sealed record Resolution(PlannedLock Lock, ImmutableArray<InputPath> Unmatched);

    async Task<Resolution> ResolveAsync(LockPlace place, LockFile? before, UpdateRequest request, CancellationToken cancellationToken)
    {
        var top = await _declarations.OfAsync(place, cancellationToken);
        switch (request)
        {
            case UpdateRequest.InLine { FillsFacts: var fills }:
                var inLine = await _resolver.ResolveAsync(top, before ?? LockFile.Empty, new LockRequest.InLine(), cancellationToken);
                var planned = fills ? await FillAsync(place, before, inLine, cancellationToken) : Planned(place, before, inLine);
                return new(planned, inLine.Unmatched);
            case UpdateRequest.Move move:
                return await MoveAsync(place, top, before, move, cancellationToken);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    // Fetches the trees of entries that lack facts. Entries whose trees are out of reach stay as they are.
    async Task<PlannedLock> FillAsync(LockPlace place, LockFile? before, ResolvedLock inLine, CancellationToken cancellationToken)
    {
        var facts = new ConcurrentDictionary<FlakeRef, FlakeRef>();
        var unreachable = new ConcurrentBag<UnreachableInput>();
        var lacking = inLine.Lock.AllInputs().Where(input => input.Edge is LockEdge.Locked(var node) && node.MissingFacts.Any()).ToList();
        await Parallel.ForEachAsync(
            lacking.Select(input => (input.Path, ((LockEdge.Locked)input.Edge).Node.Locked)).DistinctBy(input => input.Locked),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (input, stop) =>
            {
                try
                {
                    facts[input.Locked] = (await source.FetchAsync(input.Locked, RegistryScope.Limited, stop)).Locked;
                }
                catch (HostlockException why) when (why.IsOutside)
                {
                    unreachable.Add(new(input.Path, why));
                }
            });
        if (!unreachable.IsEmpty && facts.IsEmpty)
            throw unreachable.MinBy(input => input.Path)!.Why;
        var filled = inLine.Lock.Replace(node => facts.TryGetValue(node.Locked, out var known)
            ? node.With(node.Locked.WithFactsOf(known), node.Unknown)
            : node);
        return Planned(place, before, inLine with { Lock = filled }).Leaving([], unreachable.OrderBy(input => input.Path));
    }

    async Task<Resolution> MoveAsync(
        LockPlace place, TopFlake top, LockFile? before, UpdateRequest.Move move, CancellationToken cancellationToken)
    {
        var old = before ?? LockFile.Empty;
        if (FrozenInputs.Unknown(place, top.Flake.Inputs.Keys.Concat(FrozenInputs.NamesIn(before))) is { } unknown)
            throw unknown;
        var chooser = new RevisionChoice(source, place, top, old);
        var choice = await chooser.ChooseAsync(move, Asked(place, top, move.Inputs), cancellationToken);
        var asked = choice.Request with { KeepsUnreachable = true };
        var resolved = await _resolver.ResolveAsync(choice.Top, old, asked, cancellationToken);
        List<HeldInput> held = [.. choice.Held];
        // Each round chooses for inputs that have no choice yet, so it ends.
        while (await chooser.ChooseBeneathAsync(move, asked, resolved.Lock, cancellationToken) is var (aged, more))
        {
            held.AddRange(more);
            (asked, resolved) = (aged, await _resolver.ResolveAsync(choice.Top, old, aged, cancellationToken));
        }
        IReadOnlyList<UnreachableInput> unreachable = [.. choice.Unreachable, .. resolved.Unreachable];
        // If no input could be reached, and not even an earlier answer is at hand, the failure is the outcome.
        if (unreachable.Count > 0
            && !unreachable.Any(input => input.IsAtHand)
            && unreachable.Count == Moving(resolved.Lock, asked) + choice.Held.Count + choice.Unreachable.Count)
            throw Failure(unreachable);
        if (asked is LockRequest.Update update && resolved.Unmatched.IsEmpty)
            await ProveAsync(choice.Top, old, resolved.Lock, update.Inputs, cancellationToken);
        var planned = Planned(place, before, resolved);
        if (!move.AllowsDowngrade && await Downgrade.FindAsync(planned.Diff, source, cancellationToken) is { } back)
            throw FleetException.GoesBack(back);
        planned = planned with { Warnings = [.. planned.Warnings, .. TooYoung(move, planned.After)] };
        return new(planned.Leaving([.. FrozenAmong(place, top, move.Inputs), .. held], unreachable), resolved.Unmatched);
    }

    // Inputs of one server mostly fail in one way.
    static HostlockException Failure(IReadOnlyList<UnreachableInput> inputs) => inputs is [var only]
        ? only.Why
        : FleetException.OutOfReach(
            inputs.GroupBy(input => input.Why.Message, input => $"'{input.Path}'")
                .Select(failure => $"{string.Join(", ", failure)}: {failure.Key}"),
            inputs[0].Why.Hint);

    // A revision that is asked for by name is taken, whatever hostlock.toml says of its age.
    static IEnumerable<Warning> TooYoung(UpdateRequest.Move move, LockFile after)
    {
        if (move.Inputs is MovedInputs.To(var path, _)
            && move.Ages.NotAfter(path) is { } notAfter
            && after.EdgeAt(path) is LockEdge.Locked({ Locked.LastModified: { } modified })
            && modified.Date > notAfter)
            yield return new($"'{path}' is of {modified}, which is younger than its min-age asks");
    }

    // Nix writes no lock for a flake without inputs. hostlock.nix wants one of each host.
    static PlannedLock Planned(LockPlace place, LockFile? before, ResolvedLock resolved) =>
        PlannedLock.Of(
            place,
            before ?? (place.RelativePath == FleetFolder.RootLock && resolved.Lock.Root.Inputs.Count == 0 ? LockFile.Empty : null),
            resolved.Lock) with
        { Warnings = resolved.Warnings };

    // The number of inputs that the request moves.
    static int Moving(LockFile file, LockRequest asked) =>
        asked is LockRequest.Update update
            ? update.Inputs.Length
            : file.Root.Inputs.Count(input => input.Value is LockEdge.Locked { Node.Locked.IsRelativePath: false });

    // The frozen inputs, which are reported if the request moves all inputs.
    static IEnumerable<HeldInput> FrozenAmong(LockPlace place, TopFlake top, MovedInputs inputs)
    {
        foreach (var (input, freeze) in place.Frozen)
        {
            if (inputs is MovedInputs.All && top.Flake.Inputs.ContainsKey(input))
                yield return new HeldInput(InputPath.Of(input), new HoldingRule.Frozen(freeze));
        }
    }

    // Files with equal bytes give one lock.
    LockFile? Read(LockPlace place)
    {
        if (HostLocks.ReadBytes(place) is not { } bytes)
            return null;
        return _read.TryGetValue(bytes, out var known)
            ? known
            : _read.GetOrAdd(bytes, LockFileReader.Read(place.RelativePath, bytes, _reading));
    }

    static LockRequest Asked(LockPlace place, TopFlake top, MovedInputs inputs)
    {
        switch (inputs)
        {
            case MovedInputs.All(var except):
                foreach (var name in except.Where(name => !top.Flake.Inputs.ContainsKey(name)))
                    throw FleetException.NotAnInput(place, InputPath.Of(name), top.Flake.Inputs.Keys);
                return except.IsEmpty && place.Frozen.Count == 0
                    ? new LockRequest.Recreate()
                    : new LockRequest.Update(
                    [
                        .. top.Flake.Inputs
                            .Where(
                                input => input.Value.Follows is null && !except.Contains(input.Key) && !place.Frozen.ContainsKey(input.Key))
                            .Select(input => InputPath.Of(input.Key)),
                    ]);
            case MovedInputs.Named(var paths):
                return new LockRequest.Update([.. paths.Distinct().Select(path => Movable(place, path))]);
            case MovedInputs.To(var path, _):
                return new LockRequest.Update([Movable(place, path)]);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    // It is an error to name an input that must not move.
    static InputPath Movable(LockPlace place, InputPath path) =>
        place.Frozen.TryGetValue(path.Names[0], out var freeze) ? throw FleetException.IsFrozen(place, path, freeze) : path;

    // Rule 2: an update touches only the inputs that it was asked to move, and proves it (docs/decisions/0003).
    async Task ProveAsync(
        TopFlake flake, LockFile old, LockFile updated, ImmutableArray<InputPath> asked, CancellationToken cancellationToken)
    {
        if (Beyond(LockDiff.Between(old, updated), asked).Count == 0)
            return;
        // Changes that plain locking would make anyway are not the update's doing: a registry's dir goes with the order of the run.
        var (inLine, anyway) = await InLineAsync(flake, old, asked, cancellationToken);
        var beyond = Beyond(LockDiff.Between(inLine, updated), asked);
        beyond.RemoveAll(path => anyway.Any(path.StartsWith));
        if (beyond.Count > 0)
            throw FleetException.TouchedOther(beyond);
    }

    // The lock as plain locking would make it, and its changes. An update may be the way out of a lock that cannot be brought in line,
    // because a revision is gone, say: then the old lock is compared, and the entries that it lacks by the declarations alone are the
    // changes of plain locking.
    async Task<(LockFile Lock, HashSet<InputPath> Changed)> InLineAsync(
        TopFlake flake, LockFile old, ImmutableArray<InputPath> asked, CancellationToken cancellationToken)
    {
        try
        {
            var inLine = (await _resolver.ResolveAsync(flake, old, new LockRequest.InLine { Rereads = asked }, cancellationToken)).Lock;
            return (inLine, [.. LockDiff.Between(old, inLine).Changes.Select(change => change.Path)]);
        }
        catch (HostlockException)
        {
            return (old, [.. LockStaleness.Between(flake.Flake, old).Select(stale => stale.Path)]);
        }
    }

    static List<InputPath> Beyond(LockDiff diff, IReadOnlyCollection<InputPath> asked) =>
        [.. diff.Changes.Select(change => change.Path).Where(path => !asked.Any(path.StartsWith))];
}
