using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>A promotion that would bring the newest entries of a lock to others that are behind. It was planned, and nothing refuses
/// it.</summary>
/// <param name="From">The lock that has the newest entries.</param>
/// <param name="Inputs">The inputs, in their order.</param>
/// <param name="To">The locks that would get them.</param>
public sealed record PendingPromotion(LockPlace From, ImmutableArray<string> Inputs, ImmutableArray<LockPlace> To)
{
    // Planning one reads locks once more.
    const int MostSources = 4;

    /// <summary>Finds the promotions that are due. A frozen input waits for none.</summary>
    /// <param name="folder">The fleet.</param>
    /// <param name="declarations">Reads what is declared. Nothing is fetched.</param>
    /// <param name="locks">The state of the locks.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<IReadOnlyList<PendingPromotion>> FindAsync(
        FleetFolder folder, HostDeclarations declarations, IReadOnlyList<LockStatus> locks, CancellationToken cancellationToken)
    {
        // If several locks have the newest entry, it is promoted from a host of the earliest ring, where it was tried. The root lock comes
        // last, because no machine runs it.
        var newest = new Dictionary<(string, FlakeRef), LockStatus>();
        foreach (var status in locks.Where(status => !status.IsUnmerged).OrderBy(status => RingsBefore(folder.Fleet, status.Place.Owner)))
        {
            foreach (var input in status.Inputs.Where(input => input is { SecondsBehind: 0, Locked.LastModified: not null }))
                newest.TryAdd(KeyOf(input), status);
        }
        var due = from target in locks
                  where !target.IsUnmerged
                  from input in target.Inputs
                  where input is { SecondsBehind: > 0, Freeze: null } && newest.ContainsKey(KeyOf(input))
                  group input.Name by (Source: newest[KeyOf(input)], Target: target) into wanted
                  select (wanted.Key.Source, wanted.Key.Target, Inputs: string.Join('\n', wanted), Names: wanted.ToImmutableArray());
        var promotions = new List<PendingPromotion>();
        foreach (var source in due.GroupBy(wanted => wanted.Source, ReferenceEqualityComparer.Instance).Take(MostSources))
        {
            var from = ((LockStatus)source.Key!).Place;
            try
            {
                var reading = new LockReading();
                var promotion = await Promotion.OfAsync(
                    folder, declarations, from, HostLocks.ReadExisting(from, reading), reading,
                    [.. source.Select(wanted => wanted.Target.Place)], cancellationToken);
                foreach (var alike in source.GroupBy(wanted => wanted.Inputs, StringComparer.Ordinal))
                {
                    var names = alike.First().Names;
                    var plan = promotion.Plan(
                        [.. alike.Select(wanted => wanted.Target.Place)],
                        new PromotionRequest.Inputs([.. names.Select(name => InputPath.Of(name))]));
                    ImmutableArray<LockPlace> targets =
                    [
                        .. plan.Outcomes.OfType<LockOutcome.Planned>()
                            .Where(outcome => outcome.Lock.IsChange && outcome.Lock.Held.Count == 0)
                            .Select(outcome => outcome.Lock.Place),
                    ];
                    if (!targets.IsEmpty)
                        promotions.Add(new(from, names, targets));
                }
            }
            catch (HostlockException)
            {
                // A promotion that the command would refuse is not due; a check reports the problem.
            }
        }
        return promotions;

        static int RingsBefore(Fleet fleet, LockOwner owner)
        {
            if (owner is not LockOwner.Host(var name))
                return int.MaxValue;
            var before = 0;
            // Rings that come after each other in a circle are refused when they are read.
            for (var ring = fleet.Hosts.First(host => host.Name == name).Ring; ring is not null && before <= fleet.Rings.Length; before++)
                ring = fleet.Rings.First(each => each.Name == ring).After;
            return before == 0 ? int.MaxValue - 1 : before;
        }

        static (string, FlakeRef) KeyOf(InputStatus input) => (input.Name, ((LockEdge.Locked)input.Edge).Node.Original);
    }
}
