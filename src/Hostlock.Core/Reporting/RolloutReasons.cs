using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Rollouts;

namespace Hostlock.Reporting;

/// <summary>Says why a host does not run the system of the last rollout: one reason for each host, and since when.</summary>
public static class RolloutReasons
{
    /// <summary>The reason; null if the host runs it.</summary>
    /// <param name="host">The host.</param>
    /// <param name="rollout">The rollout.</param>
    /// <param name="orders">The orders of the rules for it.</param>
    public static string? Of(HostRecord host, Rollout rollout, ImmutableArray<Order> orders)
    {
        if (host is { Outcome: HostOutcome.Kept, KeptSince: not null })
            return null;
        if (host.Outcome is not null || host.IsAtRisk || host.UnderWay is not null || host.IsDeferred)
            return $"{SwitchText.State(host)}{(host.SettledAt is { } at ? $" · since {RolloutText.Time(at)}" : "")}";
        if (RolloutRules.WhyHalted(rollout) is not null)
            return "not touched: the rollout is halted";
        var ring = rollout.Plan.Rings.First(ring => ring.Hosts.Any(each => each.Host == host.Plan.Host));
        foreach (var order in orders)
        {
            if (Waits(order, ring) is { } why)
                return why;
        }
        return rollout.IsOpen(ring) ? "to come" : "waits for the ring before";
    }

    /// <summary>By host, the reason; a host that runs the system of the rollout is not in it.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="orders">The orders of the rules for it.</param>
    public static IReadOnlyDictionary<HostName, string> Of(Rollout rollout, ImmutableArray<Order> orders) =>
        rollout.Hosts.Select(host => (host.Plan.Host, Why: Of(host, rollout, orders))).Where(each => each.Why is not null)
            .ToDictionary(each => each.Host, each => each.Why!);

    /// <summary>The hosts that do not run the system of a rollout, by reason; empty if all do.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="orders">The orders of the rules for it.</param>
    /// <param name="ink">The colours.</param>
    public static string Render(Rollout rollout, ImmutableArray<Order> orders, Ink ink)
    {
        var off = Of(rollout, orders);
        if (off.Count == 0)
            return "";
        var (all, kept) = (rollout.Hosts.Count, rollout.Hosts.Count - off.Count);
        var text = new StringBuilder(string.Create(
            CultureInfo.InvariantCulture, $"\n{ink.Bold($"rollout {rollout.Plan.Id}")}: {kept} of {all} hosts kept its systems\n"));
        foreach (var alike in off.GroupBy(each => each.Value, each => each.Key))
            text.Append($"  {RolloutText.Hosts(alike)}: {alike.Key}\n");
        return text.ToString();
    }

    static string? Waits(Order order, RingPlan ring) => order switch
    {
        Order.Wait(var name, var until, WaitReason.Soak) when name == ring.Name => $"waits for the soak, until {RolloutText.Time(until)}",
        Order.Wait(var name, var until, _) when name == ring.Name => $"waits for its hours, from {RolloutText.Time(until)}",
        Order.AskToOpen(var name, DoorReason.Approval) when name == ring.Name => "waits for approval",
        Order.AskToOpen(var name, DoorReason.NothingTried) when name == ring.Name => "waits: no host before it runs the new system",
        Order.AskToOpen(var name, _) when name == ring.Name => "waits: a host before it has to boot into the new system",
        Order.Open(var name) when name == ring.Name => "waits for its ring to be opened",
        _ => null,
    };
}
