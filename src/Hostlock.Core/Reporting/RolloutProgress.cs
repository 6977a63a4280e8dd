using System.Globalization;
using Hostlock.Fleets;
using Hostlock.Rollouts;

namespace Hostlock.Reporting;

/// <summary>The rows of a rollout in a table that is redrawn: a row for each ring, and below it one for each host that is at
/// work.</summary>
public static class RolloutProgress
{
    /// <summary>The rows, each a name and words.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="wordsOf">The words for the progress of a host; empty if nothing has happened.</param>
    /// <param name="most">The most rows. The others are counted.</param>
    public static IReadOnlyList<(string Name, string Words)> Rows(Rollout rollout, Func<HostName, string> wordsOf, int most)
    {
        var rows = new List<(string, string)>();
        var busy = rollout.Hosts.Where(host => host.Outcome is null && (host.UnderWay is not null || host.IsAtRisk)).ToList();
        var room = Math.Max(1, most - rollout.Plan.Rings.Length);
        // A person wants to see hosts at risk.
        var shown = (busy.Count <= room ? busy : busy.OrderByDescending(host => host.IsAtRisk).Take(room - 1))
            .Select(host => host.Plan.Host).ToHashSet();
        foreach (var ring in rollout.Plan.Rings)
        {
            var hosts = rollout.HostsOf(ring);
            rows.Add(
                ($"ring {ring.Name}", rollout.IsOpen(ring)
                    ? RolloutText.Summary(hosts)
                    : string.Create(CultureInfo.InvariantCulture, $"{hosts.Count} to come, not open yet")));
            rows.AddRange(hosts.Where(host => shown.Contains(host.Plan.Host)).Select(host => ($"  {host.Plan.Host}", Words(host))));
        }
        if (shown.Count < busy.Count)
            rows.Add(("", string.Create(CultureInfo.InvariantCulture, $"and {busy.Count - shown.Count} more")));
        return rows;

        string Words(HostRecord host)
        {
            var (before, now) = (wordsOf(host.Plan.Host), host.UnderWay is { } step ? $"{step.ToString().ToLowerInvariant()} …" : "…");
            return before.Length > 0 ? $"{before} · {now}" : now;
        }
    }
}
