using System.Collections.Immutable;
using Hostlock.Fleets;

namespace Hostlock.Rollouts;

/// <summary>
/// Judges what may be done now. It is pure, and is asked again after every event. It keeps no memory of its own, so a run that was killed
/// goes on by asking the same question.
/// </summary>
public static class RolloutRules
{
    /// <summary>What may be done now; nothing if all is done, or others have to be waited for.</summary>
    /// <param name="rollout">What has happened.</param>
    /// <param name="busy">The hosts that this run is at work on. A step of another host that began and did not end was cut off.</param>
    public static ImmutableArray<Order> Next(Rollout rollout, IReadOnlySet<HostName> busy)
    {
        var orders = ImmutableArray.CreateBuilder<Order>();
        // First what was begun: look where a step was cut off, and finish what is at risk, whatever was said.
        foreach (var host in rollout.InOrder.Where(host => host.Outcome is null && !busy.Contains(host.Plan.Host)))
        {
            if (host.UnderWay is null && !host.IsAtRisk)
                continue;
            if (NextStep(host) is { } step)
                orders.Add(new Order.Do(host.Plan.Host, step));
            else if (host.Verdict == Verdict.Unclear)
                orders.Add(new Order.AskToKeep(host.Plan.Host));
        }
        if (WhyHalted(rollout) is not null)
            return orders.ToImmutable();

        // Then one host after the other; looking and copying are harmless, and wait for nobody.
        var room = rollout.InOrder.All(
            host => !host.IsAtRisk && (!busy.Contains(host.Plan.Host) || host.UnderWay is Step.Probe or Step.Copy));
        var waits = false;
        foreach (var host in rollout.InOrder.Where(
            host => host is { Outcome: null, UnderWay: null, IsAtRisk: false } && !busy.Contains(host.Plan.Host)))
        {
            if (NextStep(host) is not { } step)
                continue;
            if (step is Step.Probe or Step.Copy)
            {
                orders.Add(new Order.Do(host.Plan.Host, step));
            }
            else if (!rollout.IsApproved)
            {
                waits = true;
            }
            else if (room)
            {
                orders.Add(new Order.Do(host.Plan.Host, step));
                room = false;
            }
        }
        // A person is asked once, when all is known.
        if (waits && orders.Count == 0 && busy.Count == 0)
            orders.Add(new Order.AskToBegin());
        return orders.ToImmutable();
    }

    /// <summary>Why no further host may begin; null if one may.</summary>
    /// <param name="rollout">What has happened.</param>
    public static string? WhyHalted(Rollout rollout) =>
        rollout.Stopped
            ?? (rollout.InOrder.FirstOrDefault(host => host.IsFailure) is { } failed ? $"{failed.Plan.Host} failed" : null);

    /// <summary>The next step of a host; null if a person has to decide, or the host has its outcome.</summary>
    /// <param name="host">What is known of it.</param>
    public static Step? NextStep(HostRecord host)
    {
        if (host.Outcome is not null)
            return null;
        if (host.UnderWay is not null || host.Now is null || host.Before is null)
            return Step.Probe;
        return host.Phase switch
        {
            // What began to go back goes back, although a power cut may have taken the verdict away.
            HostPhase.Tried or HostPhase.OnTrial or HostPhase.Unconfirmed or HostPhase.Kept when host.Returns > 0 => Step.Return,
            HostPhase.Switching => Step.Probe,
            HostPhase.Before => !host.Now.HasTarget ? Step.Copy : Step.Activate,
            HostPhase.Tried => host.Verdict == Verdict.Fail || host.Activations >= HostRecord.MostActivations ? Step.Return : Step.Activate,
            HostPhase.Pending => Step.Return,
            HostPhase.OnTrial or HostPhase.Unconfirmed or HostPhase.Kept => host.Verdict switch
            {
                Verdict.Fail => Step.Return,
                _ when !host.NeedsCheck => Step.Keep,
                null => Step.Check,
                Verdict.Pass => Step.Keep,
                _ => null,
            },
            _ => null,
        };
    }
}
