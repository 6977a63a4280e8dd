using System.Collections.Immutable;
using Hostlock.Fleets;
using Hostlock.Rollouts;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts.Schedules;

/// <summary>Rules with something wrong in them. A check that finds none of these would find nothing.</summary>
/// <param name="Name">What is wrong.</param>
sealed record Mutant(string Name)
{
    public static readonly Mutant None = new("nothing");

    /// <summary>The plan as these rules see it.</summary>
    public Func<RolloutPlan, RolloutPlan> Plan { get; init; } = plan => plan;

    /// <summary>The orders that may be carried out now.</summary>
    public Func<Rollout, IReadOnlySet<HostName>, DateTimeOffset, ImmutableArray<Order>> Next { get; init; } = RolloutRules.Next;

    /// <summary>The result of a step, as these rules believe it.</summary>
    public Func<HostRecord, Step, StepResult, StepResult> Told { get; init; } = (_, _, result) => result;

    /// <summary>The knowledge that is left after the controller was killed.</summary>
    public Func<Rollout, Rollout> AfterKill { get; init; } = rollout => rollout;

    public static IEnumerable<Mutant> All =>
    [
        new("the check is skipped")
        {
            Plan = plan => plan with
            {
                Rings =
                [
                    .. plan.Rings.Select(
                        ring => ring with { Hosts = [.. ring.Hosts.Select(host => host with { IsChecked = false })] }),
                ],
            },
        },
        new("parallel is ignored") { Plan = plan => Ruled(plan, rule => rule with { Parallel = int.MaxValue }) },
        new("the halt is ignored") { Plan = plan => Ruled(plan, rule => rule with { MaxFailed = int.MaxValue }) },
        new("the exit code is believed")
        {
            Told = (host, step, result) => result with
            {
                Facts = step switch
                {
                    Step.Activate when host.Plan.Activation != Activation.Boot =>
                        host.Now! with { Running = host.Plan.Target, System = host.Plan.Target, Trial = Id },
                    Step.Activate => host.Now! with { Next = host.Plan.Target },
                    Step.Keep => host.Now! with { Next = host.Plan.Target, Trial = null },
                    Step.Return => host.Before! with { Trial = null },
                    _ => result.Facts,
                },
            },
        },
        new("no look after a kill") { AfterKill = rollout => Each(rollout, host => host with { UnderWay = null }) },
        new("the soak is ignored") { Plan = plan => Ruled(plan, rule => rule with { Soak = TimeSpan.Zero }) },
        new("groups are ignored") { Plan = plan => plan with { Groups = [] } },
        new("kept hosts are not asked again")
        {
            Next = (rollout, busy, now) => RolloutRules.Next(Each(rollout, host => host with { AskedAt = now }), busy, now),
        },
        new("absence is ignored") { Plan = plan => Ruled(plan, rule => rule with { MaxAbsent = null }) },
        new("approval is ignored") { Plan = plan => Ruled(plan, rule => rule with { NeedsApproval = false }) },
        new("hours are ignored") { Plan = plan => Ruled(plan, rule => rule with { Window = null }) },
    ];

    /// <summary>
    /// Rules by which hosts on trial wait, in a queue, for a place that copies to others take: no more steps run at once than copies may.
    /// In a large fleet, a good host is asked nothing for longer than its timer waits, and goes back.
    /// </summary>
    public static readonly Mutant Queue = new("hosts at risk wait in a queue")
    {
        Next = (rollout, busy, now) =>
        [
            .. RolloutRules.Next(rollout, busy, now)
                .OrderBy(order => order is Order.Do(var host, _) && rollout.Hosts[host].IsAtRisk)
                .Where((order, place) => order is not Order.Do || place < RolloutRules.CopiesAtOnce - busy.Count),
        ],
    };

    static RolloutPlan Ruled(RolloutPlan plan, Func<RingRule, RingRule> change) =>
        plan with { Rings = [.. plan.Rings.Select(ring => ring with { Rule = change(ring.Rule) })] };

    static Rollout Each(Rollout rollout, Func<HostRecord, HostRecord> change) =>
        rollout with { Hosts = rollout.Hosts.With(change) };
}
