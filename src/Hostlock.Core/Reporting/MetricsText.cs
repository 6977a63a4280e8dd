using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Releases;
using Hostlock.Rollouts;

namespace Hostlock.Reporting;

/// <summary>
/// Renders the facts about a fleet as text for Prometheus. Each state is a number of its own, so that no series ends when a state changes.
/// An unknown number is absent, and not 0.
/// </summary>
public static class MetricsText
{
    // Every host of a ring is in one of these states.
    static readonly (string Name, Func<HostRecord, bool> Holds)[] RingStates =
    [
        ("kept", host => host.Outcome == HostOutcome.Kept),
        ("returned", host => host.Outcome == HostOutcome.Returned),
        ("stranded", host => host.Outcome == HostOutcome.Stranded),
        ("absent", host => host.Outcome == HostOutcome.Absent),
        ("not_copied", host => host.Outcome == HostOutcome.NotCopied),
        ("not_begun", host => host.Outcome == HostOutcome.NotBegun),
        ("wrong_machine", host => host.Outcome == HostOutcome.WrongMachine),
        ("superseded", host => host.Outcome == HostOutcome.Superseded),
        ("held", host => host.Outcome == HostOutcome.Held),
        ("on_trial", host => host.Outcome is null && host.IsAtRisk),
        ("waiting", host => host.Outcome is null && !host.IsAtRisk),
    ];

    /// <summary>Renders all numbers.</summary>
    /// <param name="numbers">The facts.</param>
    public static string Render(FleetNumbers numbers)
    {
        var text = new Exposition();
        AddMachines(text, numbers);
        AddLocks(text, numbers);
        AddReleases(
            text,
            [
                .. from pulled in numbers.Pulled
                   orderby pulled.Key
                   select (pulled.Key, (pulled.Value.Receipt as ReceiptState.Proved)?.Receipt, pulled.Value.Refusal),
            ],
            numbers.Newest);
        AddRings(text, numbers);
        return text.ToString();
    }

    /// <summary>Renders the facts that a machine itself knows about the releases that it pulls.</summary>
    /// <param name="host">The host that it is.</param>
    /// <param name="receipt">Its last receipt; null if it has written none.</param>
    /// <param name="refusal">Its refusal since; null if it refused nothing.</param>
    /// <param name="accepted">The highest release that it accepted, if it still has it; else null.</param>
    public static string OfMachine(HostName host, Receipt? receipt, RefusalNote? refusal, ReleaseManifest? accepted)
    {
        var text = new Exposition();
        AddReleases(text, [(host, receipt, refusal)], accepted);
        return text.ToString();
    }

    static void AddReleases(
        Exposition text, IReadOnlyList<(HostName Host, Receipt? Receipt, RefusalNote? Refusal)> pulled, ReleaseManifest? newest)
    {
        Add("hostlock_release_number", "The release of the last receipt of the machine.", (receipt, _) => receipt?.Release.Value);
        Add("hostlock_release_kept", "1 if the machine kept that release, 0 if it gave it back.", (receipt, _) => receipt?.Verdict switch
        {
            null => null,
            ReceiptVerdict.Kept or ReceiptVerdict.Boots => 1,
            _ => 0,
        });
        Add("hostlock_release_tried_timestamp_seconds", "When that was, in seconds since the epoch.", (receipt, _) => receipt?.At.Seconds);
        Add("hostlock_release_refused", "1 if the machine refused a release since or could not get one, else 0.", (_, refusal) =>
            refusal is null ? 0 : 1);
        text.AddGauges(
            "hostlock_release_expires_timestamp_seconds",
            "When the newest known release expires, in seconds since the epoch; no machine begins with it after that.",
            [new(newest?.Expires.Seconds)]);

        void Add(string name, string help, Func<Receipt?, RefusalNote?, double?> value) => text.AddGauges(
            name, help, pulled.Select(each => new Exposition.Sample(value(each.Receipt, each.Refusal), ("host", each.Host.ToString()))));
    }

    static void AddMachines(Exposition text, FleetNumbers numbers)
    {
        Add("hostlock_answered", "1 if the machine of the host answered when it was last asked, 0 if it did not.", status =>
            status.Facts is null ? 0 : 1);
        Add("hostlock_seen_timestamp_seconds", "When the machine of the host last answered, in seconds since the epoch.", status =>
            status.Facts is not null ? numbers.Now.ToUnixTimeSeconds() : status.Outcome.Before?.At.Seconds);
        Add("hostlock_in_sync", "1 if the machine runs the lock that the repository has for the host, 0 if it runs another.", status =>
            status.Pins switch
            {
                PinState.InSync => 1,
                PinState.Behind or PinState.Ahead or PinState.Unknown or PinState.Foreign => 0,
                _ => null,
            });
        Add("hostlock_pins_behind", "The changes of the host's lock that the machine does not run yet.", status => status.Pins switch
        {
            PinState.InSync => 0,
            PinState.Behind(var changes, _) => changes,
            _ => null,
        });
        Add("hostlock_needs_reboot", "1 if only a reboot brings parts of the running system into use, 0 if none is needed.", status =>
            status.Facts is { Booted: not null } facts ? facts.NeedsReboot.IsEmpty ? 0 : 1 : null);
        Add("hostlock_failed_units", "The units of the machine that are failed.", status => status.Facts?.FailedUnits?.Length);

        void Add(string name, string help, Func<MachineStatus, double?> value) => text.AddGauges(
            name, help, numbers.Machines.Select(status => new Exposition.Sample(value(status), ("host", status.Host.Name.ToString()))));
    }

    static void AddLocks(Exposition text, FleetNumbers numbers) => text.AddGauges(
        "hostlock_lock_age_seconds",
        "The age of the revision that the host's lock in the repository has of an input.",
        from status in numbers.Machines
        let host = status.Host.Name
        where numbers.Locks.ContainsKey(host)
        from input in numbers.Locks[host].Root.Inputs
        let modified = (input.Value as LockEdge.Locked)?.Node.Locked.LastModified
        where modified is not null
        select new Exposition.Sample(
            numbers.Now.ToUnixTimeSeconds() - (double)modified.Value.Seconds, ("host", host.ToString()), ("input", input.Key)));

    static void AddRings(Exposition text, FleetNumbers numbers)
    {
        if (numbers.Rollout is not { } rollout)
            return;
        text.AddGauges(
            "hostlock_ring_hosts",
            "The hosts of a ring of the last rollout that are in a state. Each host is in one.",
            from ring in rollout.Plan.Rings
            from state in RingStates
            select new Exposition.Sample(
                rollout.HostsOf(ring).Count(state.Holds), ("ring", ring.Name), ("state", state.Name)));
        text.AddGauges(
            "hostlock_rollout_halted",
            "1 if no further host of the last rollout begins until a person has looked, 0 if one may.",
            [new(RolloutRules.WhyHalted(rollout) is null ? 0 : 1)]);
    }
}
