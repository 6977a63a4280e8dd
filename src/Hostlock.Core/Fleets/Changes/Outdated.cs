using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>An input of a lock, and the revision that its reference points to now.</summary>
/// <param name="Name">The input's name.</param>
/// <param name="Locked">The locked reference.</param>
/// <param name="Newest">The revision that the input could be locked to; null if the type of the input has no revisions, or upstream could
/// not be asked.</param>
/// <param name="Waiting">A newer revision that the minimum age still keeps back; null if there is none.</param>
/// <param name="Freeze">The freeze of the input; null if it is not frozen.</param>
/// <param name="Problem">The reason why upstream could not be asked; null if it was asked.</param>
public sealed record OutdatedInput(
    string Name, FlakeRef Locked, NewestRevision? Newest, NewestRevision? Waiting, Freeze? Freeze, HostlockException? Problem)
{
    /// <summary>True if the reference points to another revision than the locked one.</summary>
    public bool IsOld => Newest is not null && !string.Equals(Newest.Id.ToString(), Locked.Revision, StringComparison.OrdinalIgnoreCase);

    /// <summary>True if an update would move the input.</summary>
    public bool CanMove => IsOld && Freeze is null;

    /// <summary>The number of commits from the locked revision to the newest; null if it cannot be found at little cost.</summary>
    public ulong? CommitsBehind { get; init; }

    /// <summary>The age difference between the locked revision and the newest, in seconds; null if a date is not known.</summary>
    public ulong? SecondsBehind =>
        CanMove && Newest!.Time is { } now && Locked.LastModified is { } then && now > then ? now.SecondsSince(then) : null;
}

/// <summary>One lock, with the inputs that have a revision.</summary>
/// <param name="Place">The lock.</param>
/// <param name="Inputs">The inputs directly beneath the flake; none if the file does not exist.</param>
public sealed record OutdatedLock(LockPlace Place, ImmutableArray<OutdatedInput> Inputs)
{
    /// <summary>False if the file does not exist.</summary>
    public bool HasLock { get; init; } = true;
}

/// <summary>
/// Asks which inputs an update would move. Each reference is asked once, for its revision only; no tree is fetched, and nothing is written.
/// </summary>
/// <param name="source">Answers the questions.</param>
/// <param name="policies">The policies in hostlock.toml.</param>
/// <param name="now">The moment that ages are counted back from.</param>
public sealed class Outdated(IFlakeSource source, NameMap<InputPolicy> policies, DateTimeOffset now)
{
    const int AtOnce = 12;

    /// <summary>Asks for locks, in the order given.</summary>
    /// <param name="places">The locks.</param>
    /// <param name="only">The inputs to ask about, directly beneath the flake; empty for all of them.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">A lock cannot be read, or a lock has no such input.</exception>
    public async Task<IReadOnlyList<OutdatedLock>> LookAsync(
        IReadOnlyList<LockPlace> places, ImmutableArray<InputPath> only, CancellationToken cancellationToken)
    {
        var reading = new LockReading();
        var locks = places.Select(place => (Place: place, Lock: HostLocks.Read(place, reading))).ToList();
        RefuseUnknown(locks, only);
        var asked = locks.SelectMany(each => Inputs(each.Lock, only))
            .Select(input => (input.Name, input.Node.Original))
            .Distinct()
            .ToList();
        var answers = new Dictionary<(string, FlakeRef), (NewestRevision? Newest, NewestRevision? Waiting, HostlockException? Problem)>();
        var bound = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(asked, bound, async (each, stop) =>
        {
            var answer = await AskAsync(each.Name, each.Original, stop);
            lock (answers)
                answers[each] = answer;
        });
        var found =
            locks.Select(each => (each.Place, HasLock: each.Lock is not null, Inputs: Inputs(each.Lock, only).Select(input =>
        {
            var (newest, waiting, problem) = Against(answers[(input.Name, input.Node.Original)], input.Node.Locked);
            return new OutdatedInput(
                input.Name,
                input.Node.Locked,
                newest,
                waiting,
                each.Place.Frozen.TryGetValue(input.Name, out var freeze) ? freeze : null,
                problem);
        }).ToList())).ToList();
        // A pair of revisions that many hosts have is counted once.
        var behind = found.SelectMany(each => each.Inputs)
            .Where(input => input.IsOld)
            .Select(input => (input.Locked, input.Newest!.Id))
            .Distinct()
            .ToDictionary(
                pair => pair,
                pair => source.DistanceAsync(pair.Locked, pair.Locked.With(pair.Locked.Input.With("rev", pair.Id)), cancellationToken));
        await Task.WhenAll(behind.Values);
        return
        [
            .. found.Select(each => new OutdatedLock(each.Place,
            [
                .. each.Inputs.Select(
                    input =>
                        input.IsOld && behind[(input.Locked, input.Newest!.Id)].Result is { Commits: { } commits }
                            ? input with { CommitsBehind = commits }
                            : input),
            ]) { HasLock = each.HasLock }),
        ];
    }

    // A lock need not have an input that others have.
    static void RefuseUnknown(List<(LockPlace Place, LockFile? Lock)> locks, ImmutableArray<InputPath> only)
    {
        foreach (var path in only)
        {
            var known = locks.SelectMany(each => each.Lock?.Root.Inputs.Names ?? []).Distinct().ToList();
            if (path.Length > 1 || !known.Contains(path.Last))
                throw locks is [var alone] ? FleetException.NotAnInput(alone.Place, path, known) : FleetException.InNoLock(path, known);
        }
    }

    async Task<(NewestRevision?, NewestRevision?, HostlockException?)> AskAsync(
        string name, FlakeRef reference, CancellationToken cancellationToken)
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
            var oldEnough = await OldEnoughAsync(reference, now - age, cancellationToken);
            return (oldEnough, oldEnough?.Id == newest.Id ? null : newest, null);
        }
        catch (HostlockException why)
        {
            return (null, null, why);
        }
    }

    // The locked revision may be younger than the minimum age, and every revision that is old enough older than it: then an update leaves
    // the input as it is.
    static (NewestRevision? Newest, NewestRevision? Waiting, HostlockException? Problem) Against(
        (NewestRevision? Newest, NewestRevision? Waiting, HostlockException? Problem) answer, FlakeRef locked) => answer switch
        {
            { Waiting: { } waiting } when string.Equals(waiting.Id.ToString(), locked.Revision, StringComparison.OrdinalIgnoreCase) =>
                (waiting, null, null),
            { Waiting: not null, Newest.Time: { } time } when time < locked.LastModified => (null, answer.Waiting, null),
            _ => answer,
        };

    // Null if no revision is old enough: then an update leaves the input as it is.
    async Task<NewestRevision?> OldEnoughAsync(FlakeRef reference, DateTimeOffset notAfter, CancellationToken cancellationToken)
    {
        try
        {
            return await source.NewestAsync(reference, notAfter, cancellationToken);
        }
        catch (HostlockException why) when (!why.IsOutside)
        {
            return null;
        }
    }

    static IEnumerable<(string Name, LockedNode Node)> Inputs(LockFile? file, ImmutableArray<InputPath> only) =>
        from input in (file ?? LockFile.Empty).Root.Inputs
        where input.Value is LockEdge.Locked && (only.IsEmpty || only.Any(path => path.Last == input.Key))
        select (input.Key, ((LockEdge.Locked)input.Value).Node);
}
