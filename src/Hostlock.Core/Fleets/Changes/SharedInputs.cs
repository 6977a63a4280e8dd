using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>Inputs that are the same in every lock (<c>scope = "shared"</c>): if one lock gets a new one, all do.</summary>
public static class SharedInputs
{
    /// <summary>Adds the outcomes for the other locks that have an updated shared input.</summary>
    /// <param name="folder">The fleet.</param>
    /// <param name="outcomes">The outcomes for the locks that the update was asked for.</param>
    /// <exception cref="FleetException">A lock cannot take the entry.</exception>
    public static LockPlan Spread(FleetFolder folder, IReadOnlyList<LockOutcome> outcomes)
    {
        var all = outcomes.ToList();
        var reading = new LockReading();
        var byFile = Enumerable.Range(0, all.Count).ToDictionary(i => all[i].Place.FullPath, StringComparer.Ordinal);
        foreach (var (name, _) in folder.Fleet.Policies.Where(policy => policy.Value.IsShared))
        {
            var path = InputPath.TryParse(name)!;
            var source = all.OfType<LockOutcome.Planned>().Select(outcome => outcome.Lock)
                .FirstOrDefault(planned => planned.Diff.Changes.Any(change => change.Path.StartsWith(path)));
            if (source?.After.EdgeAt(path) is null)
                continue;
            foreach (var place in folder.AllPlaces())
            {
                var isKnown = byFile.TryGetValue(place.FullPath, out var at);
                if (isKnown && all[at] is LockOutcome.Failed)
                    continue;
                if (Given(place, isKnown ? ((LockOutcome.Planned)all[at]).Lock : null, source, path, reading) is not { } given)
                    continue;
                if (isKnown)
                {
                    all[at] = new LockOutcome.Planned(given);
                    continue;
                }
                byFile.Add(place.FullPath, all.Count);
                all.Add(new LockOutcome.Planned(given));
            }
        }
        return new(all);
    }

    // Null if there is nothing to do.
    static PlannedLock? Given(LockPlace place, PlannedLock? known, PlannedLock source, InputPath path, LockReading reading)
    {
        var before = known is null ? HostLocks.Read(place, reading) : known.Before;
        var now = known?.After ?? before;
        if (now?.EdgeAt(path) is null)
            return null;
        var after = LockGraft.Into(now, source.After, path).WithFactsOf(now).WithUnknownOf(now);
        if (LockDiff.Between(now, after).IsEmpty)
            return null;
        if (place.Frozen.TryGetValue(path.Names[0], out var freeze))
            return Planned(now, new($"'{path}' is shared, but frozen on {place.Name}: {freeze}"));
        if (LockGraft.Dangling(after) is [var (input, follows), ..])
            throw FleetException.SharedDangles(place, path, input, follows);
        return Planned(after, new($"'{path}' is shared: {place.Name} gets it as well"));

        PlannedLock Planned(LockFile result, Warning warning) =>
            PlannedLock.Of(place, before, result)
                .Leaving(known?.Held ?? [], known?.Unreachable ?? []) with
            { Warnings = [.. known?.Warnings ?? [], warning] };
    }
}
