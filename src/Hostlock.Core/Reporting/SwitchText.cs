using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Machines.Packages;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Steps;

namespace Hostlock.Reporting;

/// <summary>Renders the changes of a switch, and its outcome.</summary>
public static class SwitchText
{
    const int PackagesShown = 12;
    const int UnitsShown = 12;

    /// <summary>Renders the changes on a host.</summary>
    /// <param name="preview">The preview of the host.</param>
    /// <param name="ink">The colours.</param>
    public static string Render(HostPreview preview, Ink ink)
    {
        var text = new StringBuilder();
        var pins = Pins(preview.Pins, ink);
        text.Append($"{ink.Bold(preview.Plan.Host.ToString())}  {(pins.Length > 0 ? pins : "the same pins")}\n");
        if (preview.Packages is { } packages)
            text.Append(Packages(packages, ink));
        if (preview.Units is { } units)
            text.Append(Units(units, preview.Plan, ink));
        else if (preview is { Packages: not null, Problem: null })
            text.Append("  units are known once the machine has the system\n");
        if (preview.Problem is { } problem)
            text.Append($"  {ink.Warn("not known")}: {Visible.Name(problem)}\n");
        return text.ToString();
    }

    /// <summary>
    /// The words for an event, a few each: <c>copied</c>, <c>on trial</c>, <c>units ok</c>, <c>kept (generation 118)</c>.
    /// </summary>
    /// <param name="happened">The event.</param>
    /// <param name="before">The host before it.</param>
    /// <param name="after">The host after it.</param>
    public static IEnumerable<string> Words(RolloutEvent happened, HostRecord before, HostRecord after)
    {
        if (happened is RolloutEvent.Decided(_, var verdict, _))
            yield return verdict == Verdict.Pass ? "kept by decision" : "returned by decision";
        if (happened is RolloutEvent.Held && before.Outcome is null && after.Outcome is HostOutcome.Held)
        {
            foreach (var word in Words(HostOutcome.Held, after))
                yield return word;
        }
        if (happened is not RolloutEvent.Ended(_, var step, var result, var at))
            yield break;
        if (result.Facts is null)
        {
            if (after is { IsAtRisk: true, Silences: 1, TimerFrom: { } timer } && after.Plan.Activation != Activation.Boot)
                yield return $"does not answer · goes back by itself within {Span(timer + after.Plan.Trial - at)}";
        }
        else if (before is { IsAtRisk: true, Silences: > 0 })
        {
            yield return "answers again";
        }
        switch (step)
        {
            case Step.Copy when after.Now is { HasTarget: true }:
                yield return "copied";
                break;
            case Step.Copy when result.Note is { } complaint && complaint != before.Note && after.Outcome is null:
                yield return $"not copied yet: {Visible.Name(complaint)}";
                break;
            case Step.Activate when after.Phase is HostPhase.OnTrial or HostPhase.Unconfirmed:
                yield return (after.Plan.Activation == Activation.Switch ? "switched" : "on trial") + Code(after.Plan, result);
                break;
            case Step.Activate when after.Phase == HostPhase.Elsewhere && result.Note is { } other:
                yield return Visible.Name(other);
                break;
            case Step.Activate when result.Facts?.Fired == after.Rollout:
                yield return "fell silent";
                break;
            case Step.Activate when result.IsDeferred:
                yield return $"not activated yet{Said(result)}";
                break;
            case Step.Activate when after.Verdict == Verdict.Fail:
                yield return $"not activated{Said(result)}";
                break;
            case Step.Check:
                foreach (var gate in result.Gates)
                    yield return Word(gate);
                foreach (var red in after.RedBefore)
                    yield return $"{red} red before";
                break;
            case Step.Keep when after.Outcome is null && result.Facts is not null:
                yield return $"not kept{Said(result)}";
                break;
            default:
                break;
        }
        // The outcome of a host may change: it was kept, and then somebody else switched it.
        if (after.Outcome is { } outcome && outcome != before.Outcome)
        {
            foreach (var word in Words(outcome, after))
                yield return word;
        }
    }

    /// <summary>The host that an event is about; null if there is none.</summary>
    /// <param name="happened">The event.</param>
    public static HostName? HostOf(RolloutEvent happened) => happened switch
    {
        RolloutEvent.Ended ended => ended.Host,
        RolloutEvent.Decided decided => decided.Host,
        RolloutEvent.Held held => held.Host,
        _ => null,
    };

    /// <summary>The state of a host, in a few words.</summary>
    /// <param name="host">The host.</param>
    internal static string State(HostRecord host) => host switch
    {
        { Outcome: { } outcome } => string.Join(" · ", Words(outcome, host)),
        { UnderWay: { } step } => $"{step.ToString().ToLowerInvariant()} is under way",
        { IsAtRisk: true, Verdict: Verdict.Unclear } => "on trial, its gates give no clear answer",
        { IsAtRisk: true } => "on trial",
        { IsDeferred: true } => $"not activated yet{Why(host)}",
        _ => "to come",
    };

    /// <summary>The end of a host in words.</summary>
    /// <param name="outcome">The end.</param>
    /// <param name="host">The host.</param>
    static IEnumerable<string> Words(HostOutcome outcome, HostRecord host)
    {
        switch (outcome)
        {
            case HostOutcome.Kept when host.WasThere:
                yield return "runs it already";
                break;
            case HostOutcome.Kept when host.Plan.Activation == Activation.Boot:
                yield return $"kept for the next boot{Generation(host.Now)}";
                break;
            case HostOutcome.Kept:
                yield return $"kept{Generation(host.Now)}";
                if (host.Now is { Reboot.Length: > 0 } facts)
                    yield return $"reboot for {Visible.Name(facts.Reboot)}";
                break;
            case HostOutcome.Returned when host.IsRestored:
                yield return "returned, and its lock with it";
                break;
            case HostOutcome.Returned:
                yield return $"returned{(host.Now?.Fired == host.Rollout ? " by its timer" : "")}{Generation(host.Now)}";
                break;
            case HostOutcome.Stranded:
                yield return "stranded: it is not back, look at it";
                break;
            case HostOutcome.NotCopied:
                yield return $"not copied{Why(host)}";
                break;
            case HostOutcome.NotBegun:
                yield return $"not begun{Why(host)}";
                break;
            case HostOutcome.Absent:
                yield return $"absent{Why(host)}";
                break;
            case HostOutcome.WrongMachine:
                yield return $"wrong machine; not touched{Why(host)}";
                break;
            case HostOutcome.Superseded:
                yield return $"superseded: it runs {host.Now?.System?.Name ?? "nothing"}, and somebody else switched it; left alone";
                break;
            case HostOutcome.Held:
                yield return $"held: {Visible.Name(host.Hold ?? "")}; not touched";
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>Says which earlier system a machine goes back to.</summary>
    /// <param name="host">The host.</param>
    /// <param name="generation">The number of the generation that boots now; null if it is not known.</param>
    /// <param name="earlier">The earlier system.</param>
    public static string WayBack(HostName host, int? generation, EarlierSystem earlier)
    {
        return $"{host}  generation {Number(generation) ?? "?"} → {Number(earlier.Generation) ?? "a system of which it keeps none"}\n";

        static string? Number(int? generation) => generation?.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The next commands for hosts that did not get their system, one on each line; empty if there are none.</summary>
    /// <param name="host">The host, with its outcome.</param>
    /// <param name="target">The machine as ssh knows it; null for this machine.</param>
    /// <param name="line">Makes a line of hostlock's about the same flake.</param>
    /// <param name="action">The action on it.</param>
    public static string NextSteps(HostRecord host, string? target, Func<string[], string> line, RolloutAction action)
    {
        var steps = StepsOf(host, target, line, action == RolloutAction.Rollout).ToList();
        var width = steps.Select(step => step.Word.Length).DefaultIfEmpty().Max();
        return string.Concat(steps.Select(step => $"  {step.Word.PadRight(width)}  {step.Command}\n"));
    }

    /// <summary>Says which hosts a failure left untouched; empty if it left none.</summary>
    /// <param name="rollout">What has happened.</param>
    public static string Untouched(Rollout rollout)
    {
        var others = rollout.Hosts.Where(host => host.Outcome is null && !host.IsAtRisk).Select(host => host.Plan.Host).ToList();
        return others.Count > 0 && rollout.Hosts.FirstOrDefault(host => host.IsFailure) is { } failed
            ? $"stopped: {failed.Plan.Host} failed; not touched: {string.Join(' ', others)}\n"
            : "";
    }

    static IEnumerable<(string Word, string Command)> StepsOf(
        HostRecord host, string? target, Func<string[], string> line, bool isRollout)
    {
        var name = host.Plan.Host.ToString();
        string[] resume = [isRollout ? "rollout" : "switch", "--resume"];
        var again = line(isRollout ? ["rollout", "--again", name] : ["switch", name]);
        var journal = "journalctl --boot --priority warning";
        var look = target is null ? journal : $"ssh {ShellWord.Quote(target)} {journal}";
        return host switch
        {
            { Outcome: HostOutcome.Returned, IsRestored: true } => [],
            { Outcome: HostOutcome.Returned or HostOutcome.Stranded } => [("look", look), ("try again", again)],
            { Outcome: HostOutcome.WrongMachine } => [("if it is the host", line(["probe", name, "--new-machine"]))],
            { Outcome: HostOutcome.Superseded } when isRollout =>
                [("look", line(["probe", name])), ("give it the system", again)],
            { Outcome: HostOutcome.Superseded } => [("look", line(["probe", name]))],
            { Outcome: HostOutcome.Absent } => [("once it is back", line(isRollout ? ["tick"] : resume))],
            { Outcome: HostOutcome.Held, Hold: HostRecord.Gone } => [],
            { Outcome: HostOutcome.Held } => [("let it go", line(["unhold", name]))],
            { Outcome: HostOutcome.NotCopied or HostOutcome.NotBegun } => [("once that is mended", line(resume))],
            { Outcome: null, IsDeferred: true } => [("once that is mended", line(resume))],
            { Outcome: null, Verdict: Verdict.Unclear } =>
            [
                ("ask again", line(resume)),
                ("keep it", line([.. resume, "--no-check"])),
                ("or wait", $"{name} goes back by itself"),
            ],
            { IsAtRisk: true } =>
            [
                .. isRollout ? [] : new[] { ("go on", line(resume)) },
                .. host.Plan.Activation == Activation.Boot ? [] : new[] { ("on trial", $"{name} goes back by itself") },
            ],
            _ => [],
        };
    }

    // The words of an engine are only for people. An engine that was stopped has said nothing.
    static string Code(HostPlan plan, StepResult result) =>
        plan.Engine != RolloutSettings.Direct && result.ExitCode is { } code and not (0 or StepScript.Refused)
            ? string.Create(CultureInfo.InvariantCulture, $" ({plan.Engine}: exit code {code})")
            : "";

    static string Said(StepResult result) => result.Note is { } said ? $": {Visible.Name(said)}" : "";

    static string Why(HostRecord host) => host.Note is { } why ? $": {Visible.Name(why)}" : "";

    static string Generation(HostFacts? facts) =>
        facts?.Generation is { } number ? string.Create(CultureInfo.InvariantCulture, $" (generation {number})") : "";

    static string Word(GateAnswer gate) => gate.Verdict switch
    {
        Verdict.Pass => $"{gate.Name} ok{(gate.Said.Contains("red before", StringComparison.Ordinal) ? $" ({gate.Said})" : "")}",
        Verdict.Fail => $"{gate.Name} failed{(gate.Said.Length > 0 ? $": {gate.Said}" : "")}",
        _ => $"{gate.Name} unclear{(gate.Said.Length > 0 ? $": {gate.Said}" : "")}",
    };

    /// <summary>The inputs that move, in a few words; empty if none does.</summary>
    /// <param name="diff">What changes; null if that is not known.</param>
    /// <param name="ink">Makes links of revisions that move.</param>
    internal static string Pins(LockDiff? diff, Ink ink) =>
        diff is null
            ? "pins not known"
            : string.Join(
                ", ",
                diff.Changes.Where(change => change.Path.Length == 1).Select(change => Pin(change, ink)).Where(pin => pin.Length > 0));

    static string Pin(LockChange change, Ink ink) => (change.Before, change.After) switch
    {
        (LockEdge.Locked(var old), LockEdge.Locked(var now)) when change.Moves =>
            $"{Visible.Name(change.Path.ToString())} "
                + ink.Link($"{PinText.Short(old.Locked)} → {PinText.Short(now.Locked)}", CompareLink.Between(change.Before, change.After))
                + Days(old, now),
        (null, _) => $"{Visible.Name(change.Path.ToString())} added",
        (_, null) => $"{Visible.Name(change.Path.ToString())} removed",
        _ => "",
    };

    static string Days(LockedNode old, LockedNode now) =>
        old.Locked.LastModified is { } earlier && now.Locked.LastModified is { } later
            ? later >= earlier ? $" ({Amounts.Span(later.SecondsSince(earlier))})" : $" (back {Amounts.Span(earlier.SecondsSince(later))})"
            : "";

    static string Packages(PackageDiff diff, Ink ink)
    {
        if (diff.Before == diff.After)
            return "  the system is the same\n";
        var shown = PackageText.WithOtherVersions(diff);
        var text = new StringBuilder();
        if (shown.Count > 0)
        {
            var more = shown.Count > PackagesShown
                ? string.Create(CultureInfo.InvariantCulture, $" and {shown.Count - PackagesShown} more")
                : "";
            text.Append($"  packages  {string.Join(", ", shown.Take(PackagesShown).Select(change => Package(change, ink)))}{more}\n");
        }
        else
        {
            text.Append("  packages  the same; only the configuration changes\n");
        }
        text.Append($"  closure   {PackageText.Sizes(diff)}\n");
        return text.ToString();
    }

    static string Package(PackageChange change, Ink ink) => change.Kind switch
    {
        PackageChangeKind.Added => ink.Good($"{change.Name} {List(change.After)} added"),
        PackageChangeKind.Removed => ink.Bad($"{change.Name} {List(change.Before)} removed"),
        PackageChangeKind.Downgraded => ink.Warn($"{change.Name} {List(change.Before)} → {List(change.After)} (goes back)"),
        _ => $"{change.Name} {List(change.Before)} → {List(change.After)}",
    };

    static string List(ImmutableArray<string> versions) => string.Join('/', versions.Where(version => version.Length > 0));

    static string Units(DryActivation units, HostPlan plan, Ink ink)
    {
        var text = new StringBuilder();
        if (units.IsInhibited)
            text.Append(
                $"  {ink.Warn("reboot")}    NixOS does not switch to it while this system runs; it runs from the next boot on\n");
        else if (plan.Activation == Activation.Boot)
            text.Append("  reboot    it runs from the next boot on\n");
        else if (!units.Reboot.IsEmpty)
            text.Append($"  {ink.Warn("reboot")}    needed for {Visible.Name(RebootWords.Of(units.Reboot))}\n");
        if (plan.Activation != Activation.Boot && !units.IsInhibited)
        {
            Line("stops", units.Stops);
            Line("restarts", units.Restarts);
            Line("reloads", units.Reloads);
            Line("starts", units.Starts);
            if (!units.HasUnits)
                text.Append("  units     none changes\n");
            if (plan.Activation == Activation.Switch)
                text.Append($"  {ink.Warn("no trial")}  {plan.Engine} makes it the one that boots; a power cut does not undo it\n");
            if (units.HasNoTimer)
                text.Append($"  {ink.Warn("no timer")}  if it falls silent, only somebody at the machine can bring it back\n");
        }
        return text.ToString();

        void Line(string word, ImmutableArray<string> names)
        {
            if (names.IsEmpty)
                return;
            var more = names.Length > UnitsShown
                ? string.Create(CultureInfo.InvariantCulture, $" and {names.Length - UnitsShown} more")
                : "";
            text.Append($"  {word.PadRight(9)} {string.Join(' ', names.Take(UnitsShown).Select(Visible.Name))}{more}\n");
        }
    }

    static string Span(TimeSpan time)
    {
        var seconds = Math.Max(0, (long)time.TotalSeconds);
        return seconds < 60
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds} s")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds / 60} min {seconds % 60} s");
    }
}
