using Hostlock.Fleets;

namespace Hostlock.Rollouts;

/// <summary>Brings the records of the hosts of a rollout in line with the holds of hostlock.toml.</summary>
public static class HostHolds
{
    /// <summary>The events that do so, in the order of the hosts; none if nothing has changed. A host that hostlock.toml does not have any
    /// more is passed by like one that is held.</summary>
    /// <param name="rollout">The rollout. A person who has a host go back knows that it is held.</param>
    /// <param name="fleet">The fleet, as hostlock.toml has it now.</param>
    /// <param name="now">The present time.</param>
    public static IEnumerable<RolloutEvent.Held> Changed(Rollout rollout, Fleet fleet, DateTimeOffset now)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var hosts = fleet.Hosts.ToDictionary(host => host.Name);
        foreach (var host in rollout.Hosts)
        {
            var why = WhyHeld(host.Plan.Host);
            if (host.Hold != why)
                yield return new(host.Plan.Host, why, now);
        }

        string? WhyHeld(HostName name) =>
            !hosts.TryGetValue(name, out var host) ? HostRecord.Gone
            : rollout.Plan.Action != RolloutAction.Rollback && host.Hold is { } hold && !hold.IsOver(today) ? hold.ToString()
            : null;
    }

    /// <summary>The hosts that a rollout passed by because they were held, and that are held no longer. A host that has its system got
    /// by all the same.</summary>
    /// <param name="rollout">The rollout, with all that is known of its hosts.</param>
    /// <param name="fleet">The fleet, as hostlock.toml has it now.</param>
    /// <param name="now">The present time.</param>
    public static IReadOnlyList<HostName> Released(Rollout rollout, Fleet fleet, DateTimeOffset now) =>
    [
        .. Changed(rollout, fleet, now).Where(held => held.Why is null).Select(held => held.Host)
            .Where(name => rollout.Hosts[name].Outcome == HostOutcome.Held),
    ];
}
