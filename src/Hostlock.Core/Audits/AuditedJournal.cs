using Hostlock.Rollouts;

namespace Hostlock.Audits;

/// <summary>A journal whose lines follow one another.</summary>
/// <param name="Name">Its file or its ref, for people.</param>
/// <param name="Events">Its events, in their order.</param>
/// <param name="Rollout">The rollout that they add up to.</param>
public sealed record AuditedJournal(string Name, IReadOnlyList<RolloutEvent> Events, Rollout Rollout);
