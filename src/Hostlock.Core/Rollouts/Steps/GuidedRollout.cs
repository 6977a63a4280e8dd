using Hostlock.Fleets;

namespace Hostlock.Rollouts.Steps;

/// <summary>Makes the decisions that no rule makes.</summary>
public interface IRolloutPerson
{
    /// <summary>Says whether machines may be changed; null to leave the question open.</summary>
    /// <param name="rollout">The rollout, which waits for the answer.</param>
    /// <returns><see cref="RolloutEvent.Approved"/>, <see cref="RolloutEvent.Stopped"/>, or null.</returns>
    /// <exception cref="HostlockException">They must not be changed, and the person was told why.</exception>
    Task<RolloutEvent?> BeginsAsync(Rollout rollout);

    /// <summary>The approval of a ring that waits for one; null if nobody gave it.</summary>
    /// <param name="rollout">The rollout.</param>
    Task<RolloutEvent.RingApproved?> ApprovesAsync(Rollout rollout);

    /// <summary>Says whether a host keeps its system although its gates give no clear answer; null if nobody can be asked.</summary>
    /// <param name="host">The host.</param>
    bool? Keeps(HostName host);
}

/// <summary>Goes on with a rollout as far as the rules and a person let it.</summary>
/// <param name="runner">Carries out the orders of the rules.</param>
/// <param name="person">Answers the questions of the rules.</param>
/// <param name="time">The clock.</param>
public sealed class GuidedRollout(RolloutRunner runner, IRolloutPerson person, TimeProvider time)
{
    /// <summary>Writes down which hosts are held now, and which are held no longer.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="fleet">The fleet, as hostlock.toml describes it now.</param>
    /// <returns>The rollout afterwards; the same object if nothing has changed.</returns>
    public Rollout WithHolds(Rollout rollout, Fleet fleet) =>
        HostHolds.Changed(rollout, fleet, time.GetUtcNow()).ToList() is { Count: > 0 } changed ? runner.Write(rollout, changed) : rollout;

    /// <summary>Goes on until there is nothing to do, or something has to be waited for.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="cancellationToken">Asks to stop: hosts at risk are finished, and none begins. A machine that does not answer is not
    /// waited for.</param>
    /// <returns>The rollout afterwards.</returns>
    /// <exception cref="HostlockException">A ring cannot be opened, or the person was told why nothing may begin.</exception>
    public async Task<Rollout> GoOnAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        while (true)
        {
            rollout = await runner.RunAsync(rollout, cancellationToken);
            if (await AnswerAsync(rollout, cancellationToken) is not { } answer)
                return rollout;
            rollout = runner.Write(rollout, answer);
        }
    }

    async Task<RolloutEvent?> AnswerAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return null;
        try
        {
            return await AnswerAsync(rollout);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return rollout.Stopped is null ? new RolloutEvent.Stopped("interrupted", time.GetUtcNow()) : null;
        }
    }

    async Task<RolloutEvent?> AnswerAsync(Rollout rollout)
    {
        var orders = RolloutRules.Next(rollout, time.GetUtcNow());
        if (orders.OfType<Order.AskToBegin>().Any())
            return await person.BeginsAsync(rollout);
        if (await person.ApprovesAsync(rollout) is { } approval)
            return approval;
        return orders.OfType<Order.AskToKeep>().FirstOrDefault() is { Host: var unclear } && person.Keeps(unclear) is { } isKept
            ? new RolloutEvent.Decided(unclear, isKept ? Verdict.Pass : Verdict.Fail, time.GetUtcNow())
            : null;
    }
}
