using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>
/// Inputs that are the same in every lock (<c>scope = "shared"</c>): if one lock gets a new entry, all that declare the same do. A lock
/// that must not have it keeps its own, with a warning.
/// </summary>
/// <param name="folder">The fleet.</param>
/// <param name="declaredAsync">Reads the declarations for a lock, with the host's own references in place.</param>
public sealed class SharedInputs(FleetFolder folder, Func<LockPlace, Task<Flake>> declaredAsync)
{
    /// <summary>Adds the outcomes for the other locks that have an updated shared input. If a lock cannot take the entry, that is its
    /// outcome.</summary>
    /// <param name="outcomes">The outcomes for the locks that the update was asked for.</param>
    public async Task<LockPlan> SpreadAsync(IReadOnlyList<LockOutcome> outcomes)
    {
        var all = outcomes.ToList();
        var reading = new LockReading();
        var byFile = Enumerable.Range(0, all.Count).ToDictionary(i => all[i].Place.FullPath, StringComparer.Ordinal);
        foreach (var (name, _) in folder.Fleet.Policies.Where(policy => policy.Value.IsShared))
        {
            var path = InputPath.TryParse(name)!;
            var moved = all.OfType<LockOutcome.Planned>().Select(outcome => outcome.Lock)
                .Where(
                    planned => planned.Diff.Changes.Any(change => change.Path.StartsWith(path)) && planned.After.EdgeAt(path) is not null)
                .ToList();
            if (moved.Count == 0)
                continue;
            foreach (var place in folder.AllPlaces())
            {
                var isKnown = byFile.TryGetValue(place.FullPath, out var at);
                if (isKnown && all[at] is LockOutcome.Failed)
                    continue;
                var known = isKnown ? ((LockOutcome.Planned)all[at]).Lock : null;
                if (await GivenAsync(place, known, moved, path, reading) is not { } given)
                    continue;
                if (isKnown)
                {
                    all[at] = given;
                    continue;
                }
                byFile.Add(place.FullPath, all.Count);
                all.Add(given);
            }
        }
        return new(all);
    }

    // Null if there is nothing to do.
    async Task<LockOutcome?> GivenAsync(
        LockPlace place, PlannedLock? known, IReadOnlyList<PlannedLock> moved, InputPath path, LockReading reading)
    {
        try
        {
            var before = known is null ? HostLocks.Read(place, reading) : known.Before;
            var now = known?.After ?? before;
            if (now?.EdgeAt(path) is null)
                return null;
            var wanted = await declaredAsync(place);
            HoldingRule? rule = null;
            foreach (var source in moved)
            {
                var tested = new TestedLock(source.Place, source.After, await declaredAsync(source.Place));
                var after = LockGraft.Into(now, source.After, path).WithFactsOf(now).WithUnknownOf(now);
                if (LockDiff.Between(now, after).IsEmpty)
                    return null;
                if (tested.RuleFor(path.Names[0], place, wanted) is { } holding)
                {
                    rule ??= holding;
                    continue;
                }
                return LockGraft.Dangling(after) is [var (input, follows), ..]
                    ? new LockOutcome.Failed(place, FleetException.SharedDangles(place, path, input, follows))
                    : Planned(after, new($"'{path}' is shared: {place.Name} gets it as well"));
            }
            return rule is HoldingRule.Frozen(var freeze)
                ? Planned(now, new($"'{path}' is shared, but frozen on {place.Name}: {freeze}"))
                : Planned(now, new($"'{path}' is shared, but stays as it is on {place.Name}: {rule}"));

            LockOutcome.Planned Planned(LockFile result, Warning warning) => new(
                PlannedLock.Of(place, before, result).Leaving(known?.Held ?? [], known?.Unreachable ?? []) with
                {
                    Warnings = [.. known?.Warnings ?? [], warning],
                });
        }
        catch (HostlockException why)
        {
            return new LockOutcome.Failed(place, why);
        }
    }
}
