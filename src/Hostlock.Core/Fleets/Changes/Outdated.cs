using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>What could move: an input of a lock, and what its reference points to now.</summary>
/// <param name="Name">The input's name.</param>
/// <param name="Locked">What it is locked to.</param>
/// <param name="Newest">What it could be locked to; null where its type has no revisions, or it could not be asked.</param>
/// <param name="Waiting">What could be locked but for its min-age, or null.</param>
/// <param name="Freeze">Why it must not move, or null.</param>
/// <param name="Problem">Why it could not be asked, or null.</param>
public sealed record OutdatedInput(string Name, FlakeRef Locked, NewestRevision? Newest, NewestRevision? Waiting, Freeze? Freeze, HostlockException? Problem)
{
    /// <summary>True where there is another revision than the one that is locked.</summary>
    public bool IsOld => Newest is not null && !string.Equals(Newest.Id.ToString(), Locked.Revision, StringComparison.OrdinalIgnoreCase);

    /// <summary>True where an update would move it.</summary>
    public bool CanMove => IsOld && Freeze is null;

    /// <summary>How many commits lie between what is locked and what could be; null where that is not known at little cost.</summary>
    public ulong? CommitsBehind { get; init; }

    /// <summary>How much older what is locked is than what could be, in seconds; null where a date is not known.</summary>
    public ulong? SecondsBehind =>
        CanMove && Newest!.Time is { } now && Locked.LastModified is { } then && now > then ? now.SecondsSince(then) : null;
}

/// <summary>One lock and what of it could move.</summary>
public sealed record OutdatedLock(LockPlace Place, ImmutableArray<OutdatedInput> Inputs);

/// <summary>Asks what could move: each reference once, and for revisions alone. No tree is fetched and nothing is written.</summary>
/// <param name="source">Who is asked.</param>
/// <param name="policies">What holds for an input everywhere.</param>
/// <param name="now">The time that ages are counted to.</param>
public sealed class Outdated(IFlakeSource source, NameMap<InputPolicy> policies, DateTimeOffset now)
{
    const int AtOnce = 12;

    /// <summary>Looks at locks, in the order given; one without a file is passed over.</summary>
    /// <exception cref="HostlockException">A lock cannot be read.</exception>
    public async Task<IReadOnlyList<OutdatedLock>> LookAsync(IReadOnlyList<LockPlace> places, CancellationToken cancellationToken)
    {
        var reading = new LockReading();
        var locks = places.Select(place => (Place: place, Lock: HostLocks.Read(place, reading))).Where(each => each.Lock is not null).ToList();
        var asked = locks.SelectMany(each => Inputs(each.Lock!)).Select(input => (input.Name, input.Node.Original)).Distinct().ToList();
        var answers = new Dictionary<(string, FlakeRef), (NewestRevision? Newest, NewestRevision? Waiting, HostlockException? Problem)>();
        await Parallel.ForEachAsync(asked, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (each, stop) =>
        {
            var answer = await AskAsync(each.Name, each.Original, stop);
            lock (answers)
                answers[each] = answer;
        });
        var found = locks.Select(each => (each.Place, Inputs: Inputs(each.Lock!).Select(input =>
        {
            var (newest, waiting, problem) = answers[(input.Name, input.Node.Original)];
            return new OutdatedInput(input.Name, input.Node.Locked, newest, waiting, each.Place.Frozen.TryGetValue(input.Name, out var freeze) ? freeze : null, problem);
        }).ToList())).ToList();
        // What is locked in many hosts is counted once.
        var behind = found.SelectMany(each => each.Inputs).Where(input => input.IsOld).Select(input => (input.Locked, input.Newest!.Id)).Distinct()
            .ToDictionary(pair => pair, pair => source.DistanceAsync(pair.Locked, pair.Locked.With(pair.Locked.Input.With("rev", pair.Id)), cancellationToken));
        await Task.WhenAll(behind.Values);
        return
        [
            .. found.Select(each => new OutdatedLock(each.Place,
            [
                .. each.Inputs.Select(input => input.IsOld && behind[(input.Locked, input.Newest!.Id)].Result is { Commits: { } commits } ? input with { CommitsBehind = commits } : input),
            ])),
        ];
    }

    async Task<(NewestRevision?, NewestRevision?, HostlockException?)> AskAsync(string name, FlakeRef reference, CancellationToken cancellationToken)
    {
        // A relative path is part of the flake itself.
        if (reference.IsRelativePath)
            return default;
        try
        {
            var newest = await source.NewestAsync(reference, null, cancellationToken);
            if (newest is null || !policies.TryGetValue(name, out var policy) || policy.MinimumAge is not { } age)
                return (newest, null, null);
            if (newest.Time is { } time && time.Date <= now - age)
                return (newest, null, null);
            var oldEnough = await source.NewestAsync(reference, now - age, cancellationToken);
            return (oldEnough, oldEnough?.Id == newest.Id ? null : newest, null);
        }
        catch (HostlockException why)
        {
            return (null, null, why);
        }
    }

    static IEnumerable<(string Name, LockedNode Node)> Inputs(LockFile file) =>
        from input in file.Root.Inputs
        where input.Value is LockEdge.Locked
        select (input.Key, ((LockEdge.Locked)input.Value).Node);
}
