using Hostlock.Flakes;

namespace Hostlock.Fleets.Changes;

/// <summary>An input that a rule leaves as it is.</summary>
/// <param name="Path">The input.</param>
/// <param name="Rule">The rule that holds it.</param>
public sealed record HeldInput(InputPath Path, HoldingRule Rule);
