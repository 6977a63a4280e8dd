using Hostlock.Flakes;

namespace Hostlock.Fleets.Changes;

/// <summary>An input that a rule leaves as it is.</summary>
/// <param name="Path">The input.</param>
/// <param name="Rule">The rule that holds it.</param>
public sealed record HeldInput(InputPath Path, HoldingRule Rule);

/// <summary>An input that could not be reached and therefore stays as it is.</summary>
/// <param name="Path">The input.</param>
/// <param name="Why">The failure.</param>
public sealed record UnreachableInput(InputPath Path, HostlockException Why);
