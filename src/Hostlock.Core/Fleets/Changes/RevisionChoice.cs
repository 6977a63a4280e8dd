using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>
/// Chooses the revisions of an update that does not simply take the newest ones: the one revision that was asked for, or for each input the
/// newest that is old enough. The chosen revision overrides the declared reference; the lock keeps the declared one as its <c>original</c>.
/// </summary>
/// <param name="source">Answers which revision is the newest at a moment.</param>
/// <param name="place">The lock, for messages.</param>
/// <param name="top">The declarations.</param>
/// <param name="old">The lock as it is.</param>
sealed class RevisionChoice(IFlakeSource source, LockPlace place, TopFlake top, LockFile old)
{
    /// <summary>The request for the resolver, with the chosen revisions.</summary>
    /// <param name="Top">The declarations, with each overridden reference written out.</param>
    /// <param name="Request">The inputs that move, and the references that override the declared ones.</param>
    /// <param name="Held">The inputs that stay because no newer revision is old enough.</param>
    /// <param name="Unreachable">The inputs that stay because their revisions could not be asked for.</param>
    public sealed record Chosen(
        TopFlake Top, LockRequest Request, IReadOnlyList<HeldInput> Held, IReadOnlyList<UnreachableInput> Unreachable);

    /// <summary>Chooses the revisions.</summary>
    /// <param name="move">The update.</param>
    /// <param name="request">The request for the resolver without a choice.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">An input does not exist, or one that is not locked yet has no revision that is old
    /// enough.</exception>
    public async Task<Chosen> ChooseAsync(UpdateRequest.Move move, LockRequest request, CancellationToken cancellationToken)
    {
        if (move.Inputs is MovedInputs.To(var path, var target))
            return new(
                Written([path]), Overriding(request, [(path, await MovedToAsync(ReferenceOf(path), target, cancellationToken))]), [], []);
        if (move.Ages.IsEmpty)
            return new(top, request, [], []);

        // All questions are asked before the first answer is awaited.
        var asked = AgedInputs(move, request)
            .Select(input => (input.Path, input.Reference, Answer: AskAsync(input.Reference, input.NotAfter, cancellationToken)))
            .ToList();
        var (taken, held, unreachable) = (
            new List<(InputPath Path, FlakeRef Reference)>(), new List<HeldInput>(), new List<UnreachableInput>());
        foreach (var (input, reference, answer) in asked)
        {
            var locked = (old.EdgeAt(input) as LockEdge.Locked)?.Node.Locked;
            switch (Decide(await answer, locked, move.AllowsDowngrade))
            {
                case Decision.Take(var revision):
                    taken.Add((input, reference.MovedTo(revision.Id.ToString())));
                    break;
                case Decision.Hold(var rule):
                    held.Add(new(input, rule));
                    break;
                case Decision.Leave(var why):
                    unreachable.Add(new(input, why) { IsAtHand = why.IsUnanswered && source.IsAtHand(locked!) });
                    break;
                default:
                    break; // the input moves as without an age
            }
        }
        var moving = Without(request, [.. held.Select(input => input.Path), .. unreachable.Select(input => input.Path)]);
        return new(Written(taken.Select(input => input.Path)), Overriding(moving, taken), held, unreachable);
    }

    // A shortened revision is completed, because a lock needs all of it. A branch may have such a name.
    async Task<FlakeRef> MovedToAsync(FlakeRef reference, string target, CancellationToken cancellationToken)
    {
        var moved = reference.MovedTo(target);
        return Revision.IsBeginning(target)
            && await source.NewestAsync(moved, null, cancellationToken) is { } found
            && found.Id.ToString().StartsWith(target, StringComparison.OrdinalIgnoreCase)
                ? reference.MovedTo(found.Id.ToString())
                : moved;
    }

    /// <summary>The decision about an input whose age matters.</summary>
    abstract record Decision
    {
        Decision()
        {
        }

        /// <summary>The input moves to this revision.</summary>
        public sealed record Take(NewestRevision Revision) : Decision;

        /// <summary>The input stays, because no newer revision is old enough.</summary>
        public sealed record Hold(HoldingRule Rule) : Decision;

        /// <summary>The input stays, because upstream could not be asked.</summary>
        public sealed record Leave(HostlockException Why) : Decision;

        /// <summary>The type of the input has no dates, so its age does not matter.</summary>
        public sealed record MoveAnyway : Decision;
    }

    static Decision Decide((NewestRevision? Newest, HostlockException? Why) answer, FlakeRef? locked, bool allowsDowngrade) => answer switch
    {
        ({ } newest, _) when allowsDowngrade
            || locked?.LastModified is not { } now
            || newest.Time is not { } time
            || now <= time => new Decision.Take(newest),
        ({ }, _) => new Decision.Hold(new HoldingRule.OlderThanLocked()),
        // Without a locked revision, the input cannot stay.
        (_, { } why) when locked is null => throw why,
        (_, { IsOutside: false }) => new Decision.Hold(new HoldingRule.NoneOldEnough()),
        (_, { } why) => new Decision.Leave(why),
        _ => new Decision.MoveAnyway(),
    };

    /// <summary>
    /// Chooses for the inputs of inputs that a planned lock has at revisions that are too young: those that moved along with the one above
    /// them. They are known only once a lock is planned, so the lock is then planned again, with them.
    /// </summary>
    /// <param name="move">The update.</param>
    /// <param name="request">The request that the lock was planned for.</param>
    /// <param name="planned">The planned lock.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The request with the chosen revisions, and the inputs that stay; null if no input is too young.</returns>
    /// <exception cref="HostlockException">An input that is not locked yet has no revision that is old enough.</exception>
    public async Task<(LockRequest Request, IReadOnlyList<HeldInput> Held)?> ChooseBeneathAsync(
        UpdateRequest.Move move, LockRequest request, LockFile planned, CancellationToken cancellationToken)
    {
        if (move.Ages.IsEmpty)
            return null;
        var (overrides, held) = (request.Overrides, new List<HeldInput>());
        foreach (var (path, node, notAfter) in TooYoungBeneath(move.Ages, request, planned).ToList())
        {
            var before = old.EdgeAt(path) is LockEdge.Locked(var known) && known.Original.Equals(node.Original) ? known.Locked : null;
            switch (Decide(await AskAsync(node.Original, notAfter, cancellationToken), before, move.AllowsDowngrade))
            {
                case Decision.Take(var revision):
                    overrides = overrides.SetItem(path, node.Original.MovedTo(revision.Id.ToString()));
                    break;
                case Decision.Hold(var rule) when before!.Revision is { } revision:
                    overrides = overrides.SetItem(path, node.Original.MovedTo(revision));
                    held.Add(new(path, rule));
                    break;
                case Decision.Leave(var why):
                    throw why;
                default:
                    break; // without revisions there is nothing to choose
            }
        }
        return overrides == request.Overrides ? null : (request with { Overrides = overrides }, held);
    }

    IEnumerable<(InputPath Path, LockedNode Node, DateTimeOffset NotAfter)> TooYoungBeneath(
        MinimumAges ages, LockRequest request, LockFile planned) =>
        from input in planned.AllInputs()
        where input.Path.Length > 1 && !request.Overrides.ContainsKey(input.Path)
        let node = (input.Edge as LockEdge.Locked)?.Node
        where node is { Original.Revision: null, Locked.LastModified: not null }
        let notAfter = ages.NotAfter(input.Path)
        where node.Locked.LastModified!.Value.Date > notAfter
            && !(old.EdgeAt(input.Path) is LockEdge.Locked(var before) && before.Locked.Equals(node.Locked))
        select (input.Path, node, notAfter.Value);

    // The inputs directly beneath the flake, and inputs of inputs that are named, if they move, have a minimum age, and are not declared
    // with a revision.
    IEnumerable<(InputPath Path, FlakeRef Reference, DateTimeOffset NotAfter)> AgedInputs(UpdateRequest.Move move, LockRequest request) =>
        from path in top.Flake.Inputs.Where(input => input.Value.Follows is null).Select(input => InputPath.Of(input.Key))
            .Concat(NamedBeneath(request))
        where request.Moves(path)
        let notAfter = move.Ages.NotAfter(path)
        where notAfter is not null
        let reference = ReferenceOf(path)
        where reference.Revision is null
        select (path, reference, notAfter.Value);

    IEnumerable<InputPath> NamedBeneath(LockRequest request) =>
        request is LockRequest.Update(var inputs)
            ? inputs.Where(path => path.Length > 1 && old.EdgeAt(path) is LockEdge.Locked).Order()
            : [];

    async Task<(NewestRevision? Newest, HostlockException? Why)> AskAsync(
        FlakeRef reference, DateTimeOffset notAfter, CancellationToken cancellationToken)
    {
        try
        {
            return (await source.NewestAsync(reference, notAfter, cancellationToken), null);
        }
        catch (HostlockException why)
        {
            return (null, why);
        }
    }

    // If everything is updated and some inputs stay, the others are named.
    LockRequest Without(LockRequest request, IReadOnlyCollection<InputPath> staying)
    {
        if (staying.Count == 0)
            return request;
        var all = (request as LockRequest.Update)?.Inputs
            ?? [.. top.Flake.Inputs.Where(input => input.Value.Follows is null).Select(input => InputPath.Of(input.Key))];
        return new LockRequest.Update([.. all.Except(staying)]);
    }

    static LockRequest Overriding(LockRequest request, IEnumerable<(InputPath Path, FlakeRef Reference)> chosen) =>
        request with { Overrides = chosen.ToImmutableSortedDictionary(input => input.Path, input => input.Reference) };

    // An input without a url is an indirect reference; it is written out so that it can be overridden.
    TopFlake Written(IEnumerable<InputPath> paths)
    {
        var inputs = top.Flake.Inputs.ToBuilder();
        foreach (var path in paths.Where(path => path.Length == 1))
        {
            var reference = ReferenceOf(path);
            inputs[path.Last] = inputs[path.Last] with { Reference = reference };
        }
        return top with { Flake = top.Flake with { Inputs = inputs.ToImmutable() } };
    }

    // The reference of an input: the declared one, or for an input of an input the one in the lock.
    FlakeRef ReferenceOf(InputPath path)
    {
        if (path.Length > 1)
            return old.EdgeAt(path) is LockEdge.Locked(var node) ? node.Original : throw FleetException.NotAnInput(place, path, old);
        if (!top.Flake.Inputs.TryGetValue(path.Last, out var input))
            throw FleetException.NotAnInput(place, path, top.Flake.Inputs.Keys);
        return input.Follows is null ? input.Reference ?? FlakeRef.Indirect(path.Last) : throw FleetException.NotAnInput(place, path, old);
    }
}
