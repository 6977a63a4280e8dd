namespace Hostlock.Fleets.Checks;

/// <summary>The severity of a finding.</summary>
public enum Severity
{
    /// <summary>The finding fails the check.</summary>
    Error,

    /// <summary>The finding fails the check only with <c>--strict</c>.</summary>
    Warning,
}

/// <summary>One thing that <c>check</c> found.</summary>
/// <param name="Code">The code of the rule that found it, which stays the same from release to release: <c>stale</c>, <c>missing</c>,
/// …</param>
/// <param name="Severity">The severity of the rule.</param>
/// <param name="Problem">The problem, its place, and its fix.</param>
public sealed record Finding(string Code, Severity Severity, Problem Problem);

/// <summary>A problem that a rule found at one place.</summary>
/// <param name="Message">The problem, in words.</param>
/// <param name="File">The file, relative to the flake.</param>
/// <param name="Line">The line in the file, the first being 1; null if the problem concerns no single line.</param>
/// <param name="Fix">The command that fixes the problem; null if no command does.</param>
public sealed record Problem(string Message, string File, int? Line = null, string? Fix = null);
