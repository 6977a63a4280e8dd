using Hostlock.Fleets;
using Hostlock.Rollouts;

namespace Hostlock.Reporting.Pages;

/// <summary>Shows a rollout that is under way: its rings, its hosts, their phases, and failures.</summary>
static class RolloutPart
{
    /// <summary>Renders the rollout.</summary>
    /// <param name="underWay">The rollout.</param>
    /// <param name="opening">What happens to the locks of a ring when it opens.</param>
    public static Html Render(RolloutUnderWay underWay, RingOpening opening)
    {
        var (rollout, orders) = underWay;
        var waits = orders
            .Select(order => RolloutText.Waits(order, rollout, opening, words => ShellWord.Join(words.Prepend("hostlock"))).Trim())
            .Where(words => words.Length > 0).ToList();
        if (RolloutRules.WhyHalted(rollout) is { } why)
            waits.Add($"halted: {why}");
        if (rollout.Stopped is not null)
            waits.Add("to go on: hostlock rollout --resume");
        Html of = rollout.Plan.Source is { } source ? $" of the lock of {source.From.ToString()}" : Html.Nothing;
        return $"""
            <p>Rollout {rollout.Plan.Id}{of}: {RolloutText.Summary(rollout.Hosts)}.</p>
            <ul>{waits.Select(words => (Html)$"<li>{words:line}</li>")}</ul>
            <table><thead><tr><th scope="col">ring</th><th scope="col">state</th><th scope="col">hosts</th></tr></thead>
            {rollout.Plan.Rings.Select(ring => Ring(rollout, ring))}</table>

            """;
    }

    /// <summary>Says that it is not known whether a rollout is under way.</summary>
    /// <param name="why">The reason.</param>
    public static Html NotKnown(HostlockException why) =>
        $"<p class=\"warn\">Whether a rollout is under way is not known: {why.Message:line}</p>\n<p>{why.Hint ?? "":line}</p>\n";

    static Html Ring(Rollout rollout, RingPlan ring)
    {
        var states = rollout.HostsOf(ring).GroupBy(host => SwitchText.State(host)).ToList();
        var closed = rollout.IsOpen(ring) ? Html.Nothing : $" <small>not open yet</small>";
        Html title = $"<th scope=\"rowgroup\" rowspan=\"{states.Count}\">{ring.Name}{closed}</th>";
        return $"<tbody>{states.Select((state, i) => State(i == 0 ? title : Html.Nothing, [.. state]))}</tbody>\n";
    }

    static Html State(Html title, IReadOnlyList<HostRecord> hosts) =>
        $"<tr>{title}<td class=\"{Tone(hosts[0])}\">{SwitchText.State(hosts[0]):line}</td>"
        + $"<td>{string.Join(' ', hosts.Select(host => host.Plan.Host)):line}</td></tr>";

    static string Tone(HostRecord host) => host switch
    {
        { Outcome: HostOutcome.Kept } => "newest",
        { Outcome: HostOutcome.Returned or HostOutcome.Stranded or HostOutcome.WrongMachine } => "bad",
        { Outcome: not null } => "far",
        { IsAtRisk: true } => "near",
        _ => "none",
    };
}
