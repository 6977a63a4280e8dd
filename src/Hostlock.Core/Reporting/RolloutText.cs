using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Rings;

namespace Hostlock.Reporting;

/// <summary>Renders the plan of a rollout, its result, and what it waits for.</summary>
public static class RolloutText
{
    const int HostsShown = 12;

    static readonly (HostOutcome Outcome, string Word)[] Outcomes =
    [
        (HostOutcome.Kept, "kept"),
        (HostOutcome.Returned, "returned"),
        (HostOutcome.Stranded, "stranded"),
        (HostOutcome.Absent, "absent"),
        (HostOutcome.NotCopied, "not copied"),
        (HostOutcome.NotBegun, "not begun"),
        (HostOutcome.WrongMachine, "wrong machine"),
        (HostOutcome.Superseded, "superseded"),
        (HostOutcome.Held, "held"),
    ];

    /// <summary>The word for how a rollout ended for a host: <c>not copied</c>.</summary>
    /// <param name="outcome">The outcome.</param>
    internal static string Word(HostOutcome outcome) => Outcomes.Single(each => each.Outcome == outcome).Word;

    /// <summary>Renders the rings, their rules, and the locks that change.</summary>
    /// <param name="planned">The locks.</param>
    /// <param name="ink">The colours.</param>
    public static string Render(PlannedLocks planned, Ink ink)
    {
        var order = planned.Order;
        var text = new StringBuilder($"plan: the lock of {ink.Bold(order.First.Name.ToString())}\n");
        var names = order.Rings.Max(ring => ring.Name.Length);
        var hosts = order.Rings.Max(ring => Hosts(ring.Hosts.Select(host => host.Name)).Length);
        foreach (var ring in order.Rings)
        {
            var shown = Hosts(ring.Hosts.Select(host => host.Name));
            text.Append($"  {ring.Name.PadRight(names)}  {shown.PadRight(hosts)}  {Rule(ring, ring == order.Rings[0])}\n");
            // Many hosts move alike.
            foreach (var alike in planned.Changed(ring).GroupBy(change => SwitchText.Pins(change.Diff, ink), StringComparer.Ordinal))
            {
                var whose = Hosts(alike.SelectMany(change => change.Place.Sharers).OfType<LockOwner.Host>().Select(owner => owner.Name));
                text.Append($"  {"".PadRight(names)}    {whose}: {(alike.Key.Length > 0 ? alike.Key : "the lock changes, and no pin")}\n");
            }
        }
        foreach (var (host, why) in planned.StepsBack)
            text.Append($"{ink.Warn("goes back")}: {host}: {Visible.Name(why)}\n");
        if (planned.Uncommitted.Count > 0)
            text.Append($"{ink.Warn("left out")}, because no commit has it: {List(planned.Uncommitted)}\n");
        return text.ToString();
    }

    /// <summary>Asks a person about a host whose gates give no clear answer.</summary>
    /// <param name="host">The host.</param>
    public static string KeepQuestion(HostName host) => $"the gates of {host} give no clear answer; keep it?";

    /// <summary>Says that a ring was opened.</summary>
    /// <param name="ring">The name of the ring.</param>
    /// <param name="subject">The subject of the commit of its locks; null if there was nothing to commit.</param>
    public static string Opened(string ring, string? subject) =>
        $"ring {ring}  {(subject is null ? "begins" : $"committed: {subject}")}\n";

    /// <summary>Renders the state of a rollout that does nothing more by itself: the outcomes, what it waits for, and the next
    /// commands.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="orders">The orders of the rules for it.</param>
    /// <param name="opening">What happens to the locks of a ring when it opens.</param>
    /// <param name="target">Gives the machine of a host as ssh knows it; null for this machine.</param>
    /// <param name="line">Makes a line of hostlock's about the same flake.</param>
    public static string End(
        Rollout rollout, ImmutableArray<Order> orders, RingOpening opening, Func<HostName, string?> target, Func<string[], string> line)
    {
        var text = new StringBuilder($"{Summary(rollout.Hosts)}\n");
        foreach (var order in orders)
            text.Append(Waits(order, rollout, opening, line));
        if (RolloutRules.WhyHalted(rollout) is { } why)
        {
            text.Append($"halted: {Visible.Name(why)}\n");
            var untouched = rollout.Hosts.Where(host => host.Outcome is null && !host.IsAtRisk).Select(host => host.Plan.Host).ToList();
            if (untouched.Count > 0)
                text.Append($"not touched: {Hosts(untouched)}\n");
        }
        foreach (var host in rollout.Hosts)
            text.Append(SwitchText.NextSteps(host, target(host.Plan.Host), line, rollout.Plan.Action));
        if (rollout.Stopped is not null && rollout.Hosts.Any(host => host.MayChange))
            text.Append($"  go on  {line(["rollout", "--resume"])}\n");
        return text.ToString();
    }

    /// <summary>Renders the next steps of a rollout; empty if nothing is due. The answers of machines decide the steps after
    /// that.</summary>
    /// <param name="orders">The orders of the rules for it.</param>
    /// <param name="rollout">The rollout.</param>
    /// <param name="released">The hosts that it passed by, and that are held no longer.</param>
    /// <param name="approved">The ring that was approved in the repository, and waits for that; null if none does.</param>
    public static string Due(ImmutableArray<Order> orders, Rollout rollout, IReadOnlyList<HostName> released, string? approved)
    {
        var text = new StringBuilder();
        foreach (var step in orders.OfType<Order.Do>().GroupBy(order => order.Step, order => order.Host))
            text.Append($"due: {Verb(step.Key)} {Hosts(step)}\n");
        foreach (var ring in orders.OfType<Order.Open>().Select(order => order.Ring).Concat(approved is null ? [] : [approved]))
            text.Append($"due: open ring {ring}\n");
        if (RolloutRules.WhyHalted(rollout) is not null)
            return text.ToString();
        if (released.Count > 0)
            text.Append($"due: go on with {Hosts(released)}, held no longer\n");
        if (rollout.Hosts.Where(host => host is { Outcome: null, IsDeferred: true }).Select(host => host.Plan.Host).ToList()
            is { Count: > 0 } deferred)
            text.Append($"due: ask the agent of {Hosts(deferred)} again\n");
        if (rollout.Hosts.Where(host => host.Outcome == HostOutcome.Absent).Select(host => host.Plan.Host).ToList()
            is { Count: > 0 } absent)
            text.Append($"due: ask {Hosts(absent)} again, out of reach so far\n");
        return text.ToString();
    }

    static string Verb(Step step) => step switch
    {
        Step.Probe => "look at",
        Step.Copy => "copy the system to",
        Step.Activate => "try the system on",
        Step.Check => "check",
        Step.Keep => "keep the system of",
        Step.Return => "take back",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Renders a rollout, ring by ring and host by host.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="orders">The orders of the rules for it.</param>
    /// <param name="opening">What happens to the locks of a ring when it opens.</param>
    /// <param name="line">Makes a line of hostlock's about the same flake.</param>
    /// <param name="ink">The colours.</param>
    public static string Status(
        Rollout rollout, ImmutableArray<Order> orders, RingOpening opening, Func<string[], string> line, Ink ink)
    {
        var text = new StringBuilder($"rollout {rollout.Plan.Id}");
        if (rollout.Plan.Source is { } source)
            text.Append(CultureInfo.InvariantCulture, $": the lock of {source.From}");
        text.Append('\n');
        var width = rollout.Plan.Hosts.Max(host => host.Host.ToString().Length);
        foreach (var ring in rollout.Plan.Rings)
        {
            var approved = rollout.ApprovedRings.TryGetValue(ring.Name, out var approval) ? $"  approved {By(approval)}" : "";
            text.Append($"ring {ink.Bold(ring.Name)}{(rollout.IsOpen(ring) ? "" : "  not open yet")}{approved}\n");
            foreach (var host in rollout.HostsOf(ring))
            {
                var state = RolloutReasons.Of(host, rollout, orders) ?? SwitchText.State(host);
                text.Append($"  {host.Plan.Host.ToString().PadRight(width)}  {state}\n");
            }
        }
        foreach (var order in orders)
            text.Append(Waits(order, rollout, opening, line));
        if (RolloutRules.WhyHalted(rollout) is { } why)
            text.Append($"halted: {Visible.Name(why)}\n");
        return text.ToString();
    }

    /// <summary>The number of hosts by their outcomes: <c>2 kept, 1 absent</c>.</summary>
    /// <param name="hosts">The hosts.</param>
    public static string Summary(IEnumerable<HostRecord> hosts)
    {
        var counts = hosts.ToLookup(host => host.Outcome);
        var parts = Outcomes.Where(each => counts.Contains(each.Outcome))
            .Select(each => Count(counts[each.Outcome].Count(), each.Word)).ToList();
        if (counts[null].Count() is > 0 and var left)
            parts.Add(Count(left, "to come"));
        return string.Join(", ", parts);

        static string Count(int number, string word) => string.Create(CultureInfo.InvariantCulture, $"{number} {word}");
    }

    internal static string Waits(Order order, Rollout rollout, RingOpening opening, Func<string[], string> line) => order switch
    {
        Order.Wait(var ring, var until, WaitReason.Soak) =>
            $"next: ring {ring} on {Time(until)} (soak {Span(SoakOf(rollout, ring))})\n",
        Order.Wait(var ring, var until, _) => $"next: ring {ring} on {Time(until)} (its hours begin)\n",
        Order.AskToOpen(var ring, DoorReason.Approval) => $"ring {ring} waits for approval: {line(["rollout", "--approve", ring])}\n",
        Order.AskToOpen(var ring, DoorReason.NothingTried) =>
            $"ring {ring} waits: no host before it runs the new system; to begin all the same: {line(["rollout", "--approve", ring])}\n",
        Order.AskToOpen(var ring, _) =>
            $"ring {ring} waits: a host before it has to boot into the new system; to begin all the same: "
            + $"{line(["rollout", "--approve", ring])}\n",
        Order.Open(var ring) when opening != RingOpening.Branch => $"ring {ring} is to be opened: {line(["rollout", "--resume"])}\n",
        Order.Open(var ring) => $"ring {ring} waits until hostlock/{rollout.Plan.Id}/{ring} is merged\n",
        Order.AskToKeep(var host) => $"{host} waits: its gates give no clear answer\n",
        Order.AskForAgent(var host) => $"{host} waits: {Visible.Name(rollout.Hosts[host].Note ?? "its agent takes nothing")}\n",
        _ => "",
    };

    /// <summary>The approval of a ring: the person, the time, and the commit or tag.</summary>
    /// <param name="approval">The approval.</param>
    internal static string By(RingApproval approval) =>
        $"by {Visible.Name(approval.By ?? "somebody")} on {Time(approval.At)}"
        + (approval.Proof is { } proof ? $", in {proof.Shortened}" : "");

    static TimeSpan SoakOf(Rollout rollout, string name) => rollout.Plan.Rings.First(ring => ring.Name == name).Rule.Soak;

    static string Rule(RingHosts ring, bool isFirst)
    {
        var rule = ring.Rule;
        var words = new List<string>();
        if (isFirst)
            words.Add("at once");
        else if (rule.Soak > TimeSpan.Zero)
            words.Add($"after {Span(rule.Soak)}");
        if (rule.NeedsApproval)
            words.Add("waits for approval");
        if (rule.Window is { } window)
            words.Add($"{window} UTC");
        if (ring.Hosts.Length > 1)
        {
            words.Add(rule.Parallel == 1 ? "one at a time" : string.Create(CultureInfo.InvariantCulture, $"{rule.Parallel} at a time"));
            words.Add(
                rule.MaxFailed == 0
                    ? "stops at the first failure"
                    : string.Create(CultureInfo.InvariantCulture, $"{rule.MaxFailed} may fail"));
        }
        if (rule.MaxAbsent is { } absent)
            words.Add(string.Create(CultureInfo.InvariantCulture, $"{absent} may be absent"));
        return string.Join(", ", words);
    }

    internal static string Hosts(IEnumerable<HostName> hosts)
    {
        var names = hosts.ToList();
        var more = names.Count > HostsShown
            ? string.Create(CultureInfo.InvariantCulture, $" and {names.Count - HostsShown} more")
            : "";
        return $"{string.Join(' ', names.Take(HostsShown))}{more}";
    }

    static string List(IReadOnlyList<string> files) =>
        string.Join(", ", files.Take(HostsShown).Select(Visible.Name))
        + (files.Count > HostsShown ? string.Create(CultureInfo.InvariantCulture, $" and {files.Count - HostsShown} more") : "");

    internal static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("ddd yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    static string Span(TimeSpan time) => time.TotalSeconds switch
    {
        < 120 and var seconds => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        < 2 * 3600 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min"),
        < 48 * 3600 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0} d"),
    };
}
