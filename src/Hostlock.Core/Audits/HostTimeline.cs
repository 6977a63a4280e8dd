using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Releases;
using Hostlock.Rollouts;

namespace Hostlock.Audits;

/// <summary>
/// Finds out from the answers of machines what they ran: a machine runs a system from the first answer that says so to the first that says
/// otherwise. Plans count for nothing.
/// </summary>
public static class HostTimeline
{
    /// <summary>The systems of each host, in the order in which it ran or tried them.</summary>
    /// <param name="journals">The journals.</param>
    /// <param name="receipts">The receipts.</param>
    public static IReadOnlyDictionary<HostName, IReadOnlyList<HostStay>> Of(
        IEnumerable<AuditedJournal> journals, IEnumerable<AuditedReceipt> receipts)
    {
        var known = new Dictionary<HostName, Known>();
        foreach (var journal in journals)
            Read(journal);
        foreach (var (receipt, release) in receipts)
        {
            var (host, delivery) = (Of(receipt.Host), new HostDelivery.ByRelease(receipt, release));
            host.Deliveries.Add(delivery);
            if (receipt.Verdict == ReceiptVerdict.Kept)
                host.Seen.Add((delivery.At, receipt.System));
        }
        return known.ToDictionary(host => host.Key, host => StaysOf(host.Key, host.Value));

        void Read(AuditedJournal journal)
        {
            string? begunBy = null;
            var activated = new HashSet<HostName>();
            foreach (var happened in journal.Events)
            {
                switch (happened)
                {
                    case RolloutEvent.Approved approved:
                        begunBy = approved.By;
                        break;
                    // A forged journal can name a host that the rollout does not have.
                    case RolloutEvent.Began(var name, Step.Activate, var at)
                        when journal.Rollout.Hosts.Find(name) is { } record && activated.Add(name):
                        var ring = journal.Rollout.Plan.Rings.First(each => each.Hosts.Any(plan => plan.Host == name));
                        Of(name).Deliveries.Add(new HostDelivery.ByRollout(journal.Rollout, record, ring, begunBy, at));
                        break;
                    case RolloutEvent.Ended(var name, _, { Facts: { System: { } system, IsSwitching: false } }, var at):
                        Of(name).Seen.Add((at, system));
                        break;
                    default:
                        break;
                }
            }
        }

        Known Of(HostName host) => known.TryGetValue(host, out var found) ? found : known[host] = new();
    }

    /// <summary>The events and answers of one host.</summary>
    sealed class Known
    {
        /// <summary>The systems that it was seen to run.</summary>
        public List<(DateTimeOffset At, StorePath System)> Seen { get; } = [];

        /// <summary>The deliveries to it.</summary>
        public List<HostDelivery> Deliveries { get; } = [];
    }

    static IReadOnlyList<HostStay> StaysOf(HostName host, Known known)
    {
        var stays = new List<HostStay>();
        foreach (var (at, system) in known.Seen.OrderBy(seen => seen.At))
        {
            if (stays is [.., var last])
            {
                stays[^1] = last.System == system ? last with { SeenLast = at } : last with { Until = at };
                if (last.System == system)
                    continue;
            }
            stays.Add(new(host, system, at) { SeenLast = at });
        }
        var deliveries = known.Deliveries.OrderBy(delivery => delivery.At).ToList();
        var seen = new HashSet<HostDelivery>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < stays.Count; i++)
        {
            var before = i > 0 ? stays[i - 1] : null;
            var brought = deliveries.FindLast(
                delivery => delivery.System == stays[i].System && delivery.At <= stays[i].From && !(delivery.At < before?.SeenLast));
            if (brought is not null)
                seen.Add(brought);
            stays[i] = stays[i] with
            {
                Delivery = brought,
                WentBackFrom = brought is null && before?.Delivery is { } failed && HasFailed(failed) ? failed : null,
            };
        }
        // A system that failed before anybody looked was tried all the same.
        stays.AddRange(
            deliveries.Where(delivery => !seen.Contains(delivery) && !IsThere(delivery))
                .Select(delivery => new HostStay(host, delivery.System, delivery.At) { Until = delivery.At, Delivery = delivery }));
        return [.. stays.OrderBy(stay => stay.From)];

        // An earlier delivery brought a system that ran already.
        bool IsThere(HostDelivery delivery) => stays.Any(
            stay => stay.System == delivery.System && stay.From <= delivery.At && (stay.Until is null || delivery.At <= stay.Until));
    }

    static bool HasFailed(HostDelivery delivery) => delivery switch
    {
        HostDelivery.ByRollout(_, var record, _, _, _) => record.IsFailure,
        HostDelivery.ByRelease(var receipt, _) => receipt.Verdict is ReceiptVerdict.Returned or ReceiptVerdict.Stranded,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
