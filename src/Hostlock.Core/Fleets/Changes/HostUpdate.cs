using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>What to do with the locks of some hosts.</summary>
/// <param name="Moves">False: bring them in line with what is declared, and move nothing.</param>
/// <param name="Inputs">The inputs to move; all where empty.</param>
/// <param name="Exclude">Inputs directly beneath the flake that stay where all others move.</param>
public sealed record UpdateRequest(bool Moves, ImmutableArray<InputPath> Inputs, ImmutableHashSet<string> Exclude)
{
    /// <summary>The branch, tag or revision that the one input asked for is moved to; the newest where null.</summary>
    public string? To { get; init; }

    /// <summary>No younger commit is taken, by input or with an empty name for all.</summary>
    public ImmutableDictionary<string, DateTimeOffset> NotAfter { get; init; } = ImmutableDictionary<string, DateTimeOffset>.Empty;

    /// <summary>True where inputs may go back in time.</summary>
    public bool AllowsDowngrade { get; init; }

    public static readonly UpdateRequest Lock = new(false, [], []);
}

/// <summary>What came of one lock: a new lock with what changed, or why there is none.</summary>
public abstract record HostOutcome(LockPlace Place)
{
    /// <summary>The lock as it should be. <see cref="Before"/> is null where there was no file.</summary>
    /// <param name="Place">The lock.</param>
    /// <param name="Before">What it was.</param>
    /// <param name="After">What it should be.</param>
    /// <param name="Diff">What differs.</param>
    /// <param name="IsChange">True where the file has to be written, be it that only its <c>original</c>s changed.</param>
    /// <param name="Warnings">What was odd on the way.</param>
    public sealed record Ready(LockPlace Place, LockFile? Before, LockFile After, LockDiff Diff, bool IsChange, IReadOnlyList<Warning> Warnings) : HostOutcome(Place)
    {
        /// <summary>The inputs that could not be reached and stayed as they were, and why.</summary>
        public IReadOnlyList<(InputPath Path, HostlockException Why)> Kept { get; init; } = [];

        /// <summary>The inputs that were not moved with the others, because they are frozen or nothing is old enough, and why.</summary>
        public IReadOnlyList<KeptInput> Held { get; init; } = [];

        /// <summary>A lock that takes the place of another.</summary>
        public static Ready Of(LockPlace place, LockFile? before, LockFile after, IReadOnlyList<Warning> warnings) =>
            new(place, before, after, LockDiff.Between(before ?? LockFile.Empty, after), before is null || !LockDiff.Same(before, after), warnings);
    }

    /// <summary>This lock could not be made; the others are not touched by that.</summary>
    public sealed record Failed(LockPlace Place, HostlockException Why) : HostOutcome(Place);
}

/// <summary>Locks and updates the locks of one or more hosts: judges first, and writes what it judged.</summary>
public sealed class HostUpdate(IFlakeSource source, FlakePlace repository)
{
    const int AtOnce = 16;

    readonly LockResolver _resolver = new(source);

    // Most hosts of a fleet have the same lock as some other: it is read once, and what is to become of it is worked out once. A plan is for
    // one request.
    readonly ConcurrentDictionary<string, LockFile> _read = [];
    readonly LockReading _reading = new();
    readonly ConcurrentDictionary<(LockFile Before, string Folder, string File), Lazy<Task<Planned>>> _plans = [];

    /// <summary>Works out the new lock of each host. Writes nothing. In the order asked.</summary>
    public async Task<IReadOnlyList<HostOutcome>> PlanAsync(
        IReadOnlyList<LockPlace> places, UpdateRequest request, CancellationToken cancellationToken)
    {
        _plans.Clear();
        var outcomes = new HostOutcome[places.Count];
        var bounded = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, places.Count), bounded, async (i, stop) =>
        {
            try
            {
                outcomes[i] = await PlanAsync(places[i], request, stop);
            }
            catch (HostlockException why)
            {
                outcomes[i] = new HostOutcome.Failed(places[i], why);
            }
        });
        return outcomes;
    }

    /// <summary>Writes what changed, whole files, all or none of them.</summary>
    public static void Apply(IEnumerable<HostOutcome> outcomes) =>
        HostLocks.Write(outcomes.OfType<HostOutcome.Ready>().Where(ready => ready.IsChange).Select(ready => (ready.Place, ready.After)));

    async Task<HostOutcome> PlanAsync(LockPlace place, UpdateRequest request, CancellationToken cancellationToken)
    {
        var before = Read(place);
        var planned = place.References.Count == 0 && place.Frozen.Count == 0
            ? await _plans.GetOrAdd((before ?? LockFile.Empty, place.FlakeFolder, place.FlakeFile), _ => new(() => ResolveAsync(place, before, request, cancellationToken))).Value
            : await ResolveAsync(place, before, request, cancellationToken);
        var (resolved, held, diff, isSame) = planned;
        var isChange = before is null ? resolved.Lock.Root.Inputs.Count > 0 : !isSame;
        return resolved.Unmatched is [var unknown, ..]
            ? throw FleetException.NotAnInput(place, unknown, resolved.Lock)
            : new HostOutcome.Ready(place, before, resolved.Lock, diff, isChange, resolved.Warnings) { Kept = resolved.Kept, Held = held };
    }

    async Task<Planned> ResolveAsync(LockPlace place, LockFile? before, UpdateRequest request, CancellationToken cancellationToken)
    {
        var flake = await DeclarationsAsync(place, cancellationToken);
        var old = before ?? LockFile.Empty;
        if (request.Moves && FrozenInputs.Unknown(place, flake.Flake.Inputs.Keys.Concat(FrozenInputs.NamesIn(before))) is { } unknown)
            throw unknown;
        var asked = Asked(place, flake, request);
        var choice = await ChooseAsync(place, flake, old, request, asked, cancellationToken);
        (flake, asked) = (choice.Flake, choice.Asked);
        var resolved = await _resolver.ResolveAsync(flake, old, asked with { KeepsUnreachable = request.Moves }, cancellationToken);
        resolved = resolved with { Kept = [.. choice.Kept, .. resolved.Kept] };
        // Where nothing at all could be had, that is what there is to say.
        if (resolved.Kept.Count > 0 && resolved.Kept.Count == Locked(resolved.Lock, asked) + choice.Kept.Count)
            throw resolved.Kept[0].Why;
        if (asked is LockRequest.Update update && resolved.Unmatched.IsEmpty)
            await ProveAsync(flake, old, resolved.Lock, update.Inputs, cancellationToken);
        var diff = LockDiff.Between(old, resolved.Lock);
        if (request is { Moves: true, AllowsDowngrade: false } && await Downgrade.FindAsync(diff, source, cancellationToken) is { } back)
            throw FleetException.GoesBack(back);
        var frozen = request.Moves && request.Inputs.IsEmpty
            ? place.Frozen.Where(freeze => flake.Flake.Inputs.ContainsKey(freeze.Key)).Select(freeze => new KeptInput(freeze.Key, $"frozen: {freeze.Value}"))
            : [];
        return new(resolved, [.. frozen, .. choice.Waiting], diff, diff.IsEmpty && LockDiff.Same(old, resolved.Lock));
    }

    /// <summary>What one lock is to become.</summary>
    sealed record Planned(ResolvedLock Resolved, IReadOnlyList<KeptInput> Held, LockDiff Diff, bool IsSame);

    // How many inputs were to move.
    static int Locked(LockFile file, LockRequest asked) =>
        asked is LockRequest.Update update
            ? update.Inputs.Count
            : file.Root.Inputs.Count(input => input.Value is LockEdge.Locked { Node.Locked.IsRelativePath: false });

    // Equal bytes are one lock.
    LockFile? Read(LockPlace place)
    {
        if (HostLocks.ReadBytes(place) is not { } bytes)
            return null;
        var key = Convert.ToHexString(SHA256.HashData(bytes));
        return _read.TryGetValue(key, out var known) ? known : _read.GetOrAdd(key, LockFileReader.Read(place.Shown, bytes, _reading));
    }

    /// <summary>What a host's flake declares, with the host's own references in place.</summary>
    public async Task<TopFlake> DeclarationsAsync(LockPlace place, CancellationToken cancellationToken)
    {
        var folder = (repository.Folder, place.FlakeFolder) switch
        {
            (var outer, "") => outer,
            ("", var inner) => inner,
            var (outer, inner) => $"{outer}/{inner}",
        };
        var file = folder.Length == 0 ? place.FlakeFile : $"{folder}/{place.FlakeFile}";
        if (repository.Files is GitWorkTreeFiles tree && !await tree.KnowsAsync(file) && File.Exists(Path.Combine(tree.Root, file)))
            throw FleetException.NotTracked(file);
        var top = await _resolver.ReadTopAsync(repository with { Folder = folder }, place.FlakeFile, cancellationToken);
        if (place.References.Count == 0)
            return top;
        var inputs = top.Flake.Inputs.ToBuilder();
        foreach (var (name, text) in place.References)
        {
            if (!inputs.TryGetValue(name, out var declared))
                throw FleetException.ReferenceOfNoInput(place, name, inputs.Keys);
            inputs[name] = declared with { Reference = FlakeRef.ParseInput(text, declared.IsFlake, null, null), Follows = null };
        }
        return top with { Flake = top.Flake with { Inputs = inputs.ToImmutable() } };
    }

    /// <summary>What is asked of the resolver once revisions are chosen.</summary>
    /// <param name="Flake">The declarations.</param>
    /// <param name="Asked">What moves, and what takes the place of what is declared.</param>
    /// <param name="Kept">Inputs that could not be asked for their age, and stay.</param>
    /// <param name="Waiting">Those that stay because nothing newer is old enough.</param>
    sealed record Choice(TopFlake Flake, LockRequest Asked, IReadOnlyList<(InputPath Path, HostlockException Why)> Kept, IReadOnlyList<KeptInput> Waiting);

    // Where a revision is asked for, or one of an age, it takes the place of what is declared; what the lock says was asked for stays.
    async Task<Choice> ChooseAsync(
        LockPlace place, TopFlake top, LockFile old, UpdateRequest request, LockRequest asked, CancellationToken cancellationToken)
    {
        var chosen = ImmutableSortedDictionary.CreateBuilder<InputPath, FlakeRef>();
        var declared = top.Flake.Inputs.ToBuilder();
        var kept = new List<(InputPath, HostlockException)>();
        var waiting = new List<KeptInput>();
        if (request.To is { } to)
        {
            var path = request.Inputs[0];
            chosen.Add(path, Reference(path).MovedTo(to));
        }
        else if (request.Moves && request.NotAfter.Count > 0)
        {
            var aged = from input in top.Flake.Inputs
                       let path = InputPath.Of(input.Key)
                       where input.Value.Follows is null && asked.Moves(path)
                       where request.NotAfter.ContainsKey(input.Key) || request.NotAfter.ContainsKey("")
                       let reference = Reference(path)
                       where reference.Revision is null
                       select (Path: path, Reference: reference, Answer: AskAsync(input.Key, reference));
            foreach (var (path, reference, answer) in aged.ToList())
            {
                var (newest, why) = await answer;
                var locked = (old.EdgeAt(path) as LockEdge.Locked)?.Node.Locked;
                if (newest is not null && (request.AllowsDowngrade || locked?.LastModified is not { } now || newest.Time is not { } time || now <= time))
                    chosen.Add(path, reference.MovedTo(newest.Id.ToString()));
                else if (newest is not null)
                    waiting.Add(new(path.ToString(), "all that is as old as its min-age asks is older than what is locked"));
                else if (why is not null && locked is null)
                    throw why;
                else if (why is { IsOutside: false })
                    waiting.Add(new(path.ToString(), why.Message));
                else if (why is not null)
                    kept.Add((path, why));
                // What stays is not moved; where nothing has a date, it moves as it would.
                if (locked is not null && !chosen.ContainsKey(path) && (newest ?? (object?)why) is not null)
                    asked = Without(asked, path);
            }
        }
        if (chosen.Count == 0)
            return new(top, asked, kept, waiting);
        // With everything moved anew only the chosen are held; else each is moved by name.
        return new(top with { Flake = top.Flake with { Inputs = declared.ToImmutable() } }, asked with { Overrides = chosen.ToImmutable() }, kept, waiting);

        async Task<(NewestRevision? Newest, HostlockException? Why)> AskAsync(string name, FlakeRef reference)
        {
            try
            {
                return (await source.NewestAsync(reference, request.NotAfter.TryGetValue(name, out var time) ? time : request.NotAfter[""], cancellationToken), null);
            }
            catch (HostlockException why)
            {
                return (null, why);
            }
        }

        LockRequest.Update Without(LockRequest all, InputPath path) =>
            new(
                [
                    .. (all as LockRequest.Update)?.Inputs.Remove(path)
                        ?? top.Flake.Inputs.Where(input => input.Value.Follows is null).Select(input => InputPath.Of(input.Key)).Where(other => other != path),
                ]);

        FlakeRef Reference(InputPath path)
        {
            if (path.Length > 1)
                return old.EdgeAt(path) is LockEdge.Locked(var node) ? node.Original : throw FleetException.NotAnInput(place, path, old);
            if (!top.Flake.Inputs.TryGetValue(path.Last, out var input))
                throw FleetException.NotAnInput(place, path, top.Flake.Inputs.Keys);
            if (input.Follows is not null)
                throw FleetException.NotAnInput(place, path, old);
            var reference = input.Reference ?? FlakeRef.Indirect(path.Last);
            // What is declared by its name alone is written so, whatever takes its place.
            declared[path.Last] = input with { Reference = reference };
            return reference;
        }
    }

    static LockRequest Asked(LockPlace place, TopFlake flake, UpdateRequest request)
    {
        if (!request.Moves)
            return new LockRequest.InLine();
        foreach (var name in request.Exclude.Where(name => !flake.Flake.Inputs.ContainsKey(name)))
            throw FleetException.NotAnInput(place, InputPath.Of(name), flake.Flake.Inputs.Keys);
        if (!request.Inputs.IsEmpty)
        {
            if (request.Inputs.FirstOrDefault(path => !path.IsRoot && place.Frozen.ContainsKey(path.Names[0])) is { } frozen)
                throw FleetException.IsFrozen(place, frozen, place.Frozen.First(freeze => freeze.Key == frozen.Names[0]).Value);
            return new LockRequest.Update([.. request.Inputs]);
        }
        if (request.Exclude.Count == 0 && place.Frozen.Count == 0)
            return new LockRequest.Recreate();
        return new LockRequest.Update(
        [
            .. flake.Flake.Inputs
                .Where(input => input.Value.Follows is null && !request.Exclude.Contains(input.Key) && !place.Frozen.ContainsKey(input.Key))
                .Select(input => InputPath.Of(input.Key)),
        ]);
    }

    // Rule 2: an update touches what was asked and proves it (docs/decisions/0003).
    async Task ProveAsync(TopFlake flake, LockFile old, LockFile updated, ImmutableHashSet<InputPath> asked, CancellationToken cancellationToken)
    {
        if (Beyond(LockDiff.Between(old, updated), asked).Count == 0)
            return;
        var inLine = await _resolver.ResolveAsync(flake, old, new LockRequest.InLine { Rereads = asked }, cancellationToken);
        // What has to change anyway may come out otherwise beside an update: a registry's dir goes with the order of the run.
        var anyway = LockDiff.Between(old, inLine.Lock).Changes.Select(change => change.Path).ToHashSet();
        var beyond = Beyond(LockDiff.Between(inLine.Lock, updated), asked);
        beyond.RemoveAll(path => anyway.Any(path.StartsWith));
        if (beyond.Count > 0)
            throw FleetException.TouchedOther(beyond);
    }

    static List<InputPath> Beyond(LockDiff diff, IReadOnlyCollection<InputPath> asked) =>
        [.. diff.Changes.Select(change => change.Path).Where(path => !asked.Any(path.StartsWith))];
}
