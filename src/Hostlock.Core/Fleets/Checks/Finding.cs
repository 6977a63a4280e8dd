namespace Hostlock.Fleets.Checks;

/// <summary>One thing <c>check</c> found.</summary>
/// <param name="IsError">False for a warning, which fails the check only where it is strict.</param>
/// <param name="Code">A word that stays the same, for machines: <c>stale</c>, <c>missing</c>, <c>unlocked</c>, …</param>
/// <param name="Message">What is wrong.</param>
/// <param name="File">The file, relative to the flake.</param>
/// <param name="Line">The 1-based line, where there is one.</param>
/// <param name="Mend">The command that mends it, where one does.</param>
public sealed record Finding(bool IsError, string Code, string Message, string File, int? Line, string? Mend);
