using Hostlock.Locks;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>
/// An entry of a lock has a revision, but not the hash and the date that Nix writes beside it. Determinate Nix writes such entries if its
/// setting <c>lazy-locks</c> is on: a forge could then give another tree for the revision, and nobody would notice.
/// </summary>
static class IncompleteEntry
{
    // A lazy lock has no hash at all, so that all of a lock is one finding.
    const int MostNamed = 4;

    public static IEnumerable<Problem> Find(CheckedFleet fleet)
    {
        foreach (var (place, file) in fleet.Locks.Where(status => status.Lock is not null).Select(status => (status.Place, status.Lock!)))
        {
            var missing = from input in file.AllInputs()
                          where input.Edge is LockEdge.Locked
                          from fact in ((LockEdge.Locked)input.Edge).Node.MissingFacts
                          group input.Path.ToString() by fact;
            foreach (var fact in missing)
            {
                var what = $"has no {fact.Key} for {Named([.. fact])}";
                yield return Problem.OfHost(
                    place, $"the lock of {place.Name} {what}", new($"a lock {what}", new("hostlock lock", "--fill")));
            }
        }
    }

    static string Named(IReadOnlyList<string> paths)
    {
        var named = string.Join(", ", paths.Take(MostNamed).Select(path => $"'{path}'"));
        return paths.Count > MostNamed ? $"{named} and {paths.Count - MostNamed} more inputs" : named;
    }
}
