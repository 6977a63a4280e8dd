using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Machines.Probing;

namespace Hostlock.Rollouts;

/// <summary>A rollout, as the sum of its events.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Hosts">The records of the hosts.</param>
public sealed record Rollout(RolloutPlan Plan, HostRecords Hosts)
{
    /// <summary>True if a person, or an option, said that the machines may be changed.</summary>
    public bool IsApproved { get; private init; }

    /// <summary>The reason why no host begins any more; null if one may.</summary>
    public string? Stopped { get; private init; }

    /// <summary>The rings that a person said may begin, by name.</summary>
    public NameMap<RingApproval> ApprovedRings { get; private init; } = NameMap<RingApproval>.Empty;

    /// <summary>The rings that were opened, each with the commit that has the locks of its hosts; null if none was made.</summary>
    public NameMap<Revision?> OpenedRings { get; private init; } = NameMap<Revision?>.Empty;

    /// <summary>The records of the hosts of a ring, in the order of the plan.</summary>
    /// <param name="ring">The ring.</param>
    public ArraySegment<HostRecord> HostsOf(RingPlan ring) => Hosts.Of(ring);

    /// <summary>The commit that made the system of a host; null if its ring is not open, or it is not known.</summary>
    /// <param name="host">The host.</param>
    public Revision? CommitOf(HostName host) =>
        Plan.Rings.FirstOrDefault(ring => ring.Hosts.Any(each => each.Host == host)) is { } found
        && OpenedRings.TryGetValue(found.Name, out var opened)
            ? opened ?? Plan.Source?.Base
            : null;

    /// <summary>True if the hosts of a ring may be changed. A switch or a rollback has no ring to open.</summary>
    /// <param name="ring">The ring.</param>
    public bool IsOpen(RingPlan ring) => Plan.Action != RolloutAction.Rollout || OpenedRings.ContainsKey(ring.Name);

    /// <summary>True if it was broken off in the midst of a step, or machines of it are on trial.</summary>
    public bool IsBrokenOff => Hosts.Any(host => host.UnderWay is not null || host.IsAtRisk);

    /// <summary>True if each host has its outcome, or a person ended it and no machine is left half-way.</summary>
    public bool IsOver => Hosts.All(host => host.Outcome is not null) || (Stopped is not null && !IsBrokenOff);

    /// <summary>True if going on with it may change something, now or later.</summary>
    public bool MayGoOn =>
        IsBrokenOff
        || Stopped is not null
        || (RolloutRules.WhyHalted(this) is null && Hosts.Any(host => host.MayChange))
        || Hosts.Any(host => host.Outcome == HostOutcome.Stranded);

    /// <summary>True if it has to be ended before another one begins: a step is half-way, a machine is on trial, or a lock is still to be
    /// put back. A rollout that nobody approved has begun nothing.</summary>
    public bool IsUnfinished => IsApproved && (IsBrokenOff || Hosts.Any(Restores));

    /// <summary>True if going on with it can bring a host to its system: the host neither keeps the system nor failed.</summary>
    public bool LeavesHosts => !Hosts.All(host => host.Outcome == HostOutcome.Kept || host.IsFailure);

    /// <summary>
    /// Tells whether a plan asks for the same systems as this rollout, so that this one goes on, with its soak. A system that failed is not
    /// tried again without a word. If a person had hosts go back, or nothing is left to do, the plan begins anew.
    /// </summary>
    /// <param name="plan">The plan.</param>
    public bool IsAskedAgainBy(RolloutPlan plan) =>
        plan.BringsTheSame(Plan) && !Hosts.Any(host => host.IsRestored) && (MayGoOn || RolloutRules.WhyHalted(this) is not null);

    /// <summary>True if the lock of a host is still to be put back, because the host went back.</summary>
    /// <param name="host">The record of the host.</param>
    public bool Restores(HostRecord host) =>
        Plan.Action == RolloutAction.Rollback && host is { Outcome: HostOutcome.Kept, IsRestored: false };

    /// <summary>The plans by which hosts go back to the systems that they ran before the rollout: for the hosts that got its systems, the
    /// last one first, each once the one before it has its outcome.</summary>
    /// <param name="isChecked">True if a system is looked at before it is kept.</param>
    public ImmutableArray<HostPlan> WayBack(bool isChecked)
    {
        var back = Hosts.Where(host => host is { Outcome: HostOutcome.Kept, WasThere: false, Before.System: not null }).Reverse().ToList();
        return
        [
            .. back.Select((host, i) => host.Plan with
            {
                Target = host.Before!.System!,
                Engine = RolloutSettings.Direct,
                Activation = Activation.Test,
                IsChecked = isChecked,
                After = i == 0 ? [] : [back[i - 1].Plan.Host],
            }),
        ];
    }

    /// <summary>Begins a rollout.</summary>
    /// <param name="opened">Its first event.</param>
    public static Rollout Of(RolloutEvent.Opened opened) =>
        new(opened.Plan, HostRecords.Of(opened.Plan));

    /// <summary>The rollout that events add up to; null if none of them opens one.</summary>
    /// <param name="events">The events, in their order.</param>
    public static Rollout? Fold(IEnumerable<RolloutEvent> events)
    {
        Rollout? rollout = null;
        foreach (var happened in events)
            rollout = happened is RolloutEvent.Opened opened ? Of(opened) : rollout?.After(happened);
        return rollout;
    }

    /// <summary>The rollout after one more event.</summary>
    /// <param name="happened">The event.</param>
    public Rollout After(RolloutEvent happened) => happened switch
    {
        RolloutEvent.Opened opened => Of(opened),
        RolloutEvent.Approved => this with { IsApproved = true },
        RolloutEvent.RingApproved approved => this with
        {
            ApprovedRings = ApprovedRings.With(approved.Ring, new(approved.At, approved.By, approved.Proof)),
        },
        RolloutEvent.RingOpened ring => this with { OpenedRings = OpenedRings.With(ring.Ring, ring.Commit) },
        RolloutEvent.Held held => With(held.Host, host => host.After(held)),
        RolloutEvent.Retried retried => With(retried.Host, host => host.After(retried)),
        RolloutEvent.Began began => With(began.Host, host => host.After(began)),
        RolloutEvent.Ended ended => With(ended.Host, host => host.After(ended)),
        RolloutEvent.Decided decided => With(decided.Host, host => host.After(decided)),
        RolloutEvent.Restored restored => With(restored.Host, host => host.After(restored, Plan.Action)) with
        {
            OpenedRings = OpenAfter(restored),
        },
        RolloutEvent.Stopped stopped => this with { Stopped = stopped.Why },
        RolloutEvent.Resumed resumed => this with
        {
            Stopped = null,
            Hosts = Hosts.With(host => host.After(resumed)),
        },
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The rollout with what is known of its machines beside the journal: somebody else may have switched one since.</summary>
    /// <param name="seen">Gives a machine as it was when it last answered any command; null if it never did.</param>
    public Rollout AsSeen(Func<HostName, SeenMachine?> seen) =>
        this with { Hosts = Hosts.With(host => seen(host.Plan.Host) is { } machine ? host.AsSeen(machine) : host) };

    // A lock that went back is no longer the one that its ring was opened with.
    NameMap<Revision?> OpenAfter(RolloutEvent.Restored restored) =>
        Plan.Rings.FirstOrDefault(ring => ring.Hosts.Any(host => host.Host == restored.Host)) is { } found
            ? OpenedRings.Without(found.Name)
            : OpenedRings;

    Rollout With(HostName host, Func<HostRecord, HostRecord> change) => this with { Hosts = Hosts.With(host, change) };
}

/// <summary>The word that a ring may begin.</summary>
/// <param name="At">When it was said.</param>
/// <param name="By">The person who said so; null if that is not known.</param>
/// <param name="Proof">The commit or tag that says so; null if an option did.</param>
public sealed record RingApproval(DateTimeOffset At, string? By, Revision? Proof)
{
    /// <summary>The name of the trailer by which a commit or a tag approves a ring.</summary>
    public const string Trailer = "Hostlock-Approve";
}
