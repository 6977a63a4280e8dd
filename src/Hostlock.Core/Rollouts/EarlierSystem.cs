using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Machines;

namespace Hostlock.Rollouts;

/// <summary>An earlier system of a machine, which it can go back to.</summary>
/// <param name="System">The exact system.</param>
/// <param name="Generation">The number of its generation; null if the machine keeps none of it.</param>
public sealed record EarlierSystem(StorePath System, int? Generation)
{
    /// <summary>The system that a machine goes back to if nobody says which: that of another lock, or the one that the last switch
    /// replaced; null if neither is known.</summary>
    /// <param name="facts">The answer of the machine.</param>
    /// <param name="host">The host.</param>
    /// <param name="rollouts">The rollouts, the newest first.</param>
    public static EarlierSystem? Before(MachineFacts facts, HostName host, IEnumerable<Rollout> rollouts) =>
        OfAnotherLock(facts) ?? Replaced(facts, host, rollouts);

    /// <summary>The system of the newest generation before the one that boots that has another lock than the system that runs; null if the
    /// machine keeps none.</summary>
    /// <param name="facts">The answer of the machine.</param>
    public static EarlierSystem? OfAnotherLock(MachineFacts facts)
    {
        var newest = facts.NextGeneration?.Number ?? int.MaxValue;
        return First(
            facts,
            generation => generation.Number < newest && generation.System != facts.System
                && generation.LockSha256 is { } sha256 && sha256 != facts.Stamp?.Sha256);
    }

    /// <summary>The system of a generation; null if the machine does not keep it.</summary>
    /// <param name="facts">The answer of the machine.</param>
    /// <param name="number">The number of the generation.</param>
    public static EarlierSystem? Numbered(MachineFacts facts, int number) => First(facts, generation => generation.Number == number);

    /// <summary>The newest system that carries a lock; null if the machine keeps none.</summary>
    /// <param name="facts">The answer of the machine.</param>
    /// <param name="sha256">The SHA-256 of the bytes of the lock.</param>
    public static EarlierSystem? WithLock(MachineFacts facts, string sha256) =>
        First(facts, generation => generation.LockSha256 == sha256);

    /// <summary>
    /// The system that a machine ran before it was switched to the present one, as a journal tells, even if a garbage collection has taken
    /// the generation; null if no journal tells it.
    /// </summary>
    /// <param name="facts">The answer of the machine.</param>
    /// <param name="host">The host.</param>
    /// <param name="rollouts">The rollouts, the newest first.</param>
    public static EarlierSystem? Replaced(MachineFacts facts, HostName host, IEnumerable<Rollout> rollouts) =>
        rollouts.Select(rollout => rollout.Hosts.Find(host))
            .Where(record => record is { Outcome: HostOutcome.Kept } && record.Plan.Target == facts.System)
            .Select(record => record!.Before?.System)
            .FirstOrDefault(system => system is not null && system != facts.System) is { } before
            ? First(facts, generation => generation.System == before) ?? new(before, null)
            : null;

    /// <summary>The system of a version of a lock; null if the machine does not keep it.</summary>
    /// <param name="facts">The answer of the machine.</param>
    /// <param name="version">The version. It is not the system that runs.</param>
    /// <param name="versions">Reads versions of locks.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The version cannot be read.</exception>
    public static async Task<EarlierSystem?> OfAsync(
        MachineFacts facts, LockVersion version, LockVersions versions, CancellationToken cancellationToken) =>
        version is LockVersion.Carried(_, _, var word)
            ? MachineLock.GenerationOf(word) is { } number ? Numbered(facts, number) : null
            : WithLock(facts, Stamp.Hash(await versions.ReadBytesAsync(version, cancellationToken)));

    static EarlierSystem? First(MachineFacts facts, Func<Generation, bool> isWanted) =>
        facts.Generations.FirstOrDefault(isWanted) is { } generation ? new(generation.System, generation.Number) : null;
}
