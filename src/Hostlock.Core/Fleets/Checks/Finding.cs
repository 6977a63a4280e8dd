namespace Hostlock.Fleets.Checks;

/// <summary>How much a finding weighs.</summary>
public enum Severity
{
    /// <summary>It fails the check.</summary>
    Error,

    /// <summary>It fails the check only with <c>--strict</c>.</summary>
    Warning,
}

/// <summary>One thing that <c>check</c> found.</summary>
/// <param name="Code">The code of the rule that found it, which stays the same from release to release: <c>stale</c>, <c>missing</c>, …</param>
/// <param name="Severity">How much it weighs.</param>
/// <param name="Problem">What is wrong, where, and what to do about it.</param>
public sealed record Finding(string Code, Severity Severity, Problem Problem);

/// <summary>What a rule has to say of one place.</summary>
/// <param name="Message">What is wrong.</param>
/// <param name="File">The file, relative to the flake.</param>
/// <param name="Line">The line in the file, the first being 1; null if the problem is not one of a line.</param>
/// <param name="Fix">The command that puts it right; null if no command does.</param>
public sealed record Problem(string Message, string File, int? Line = null, string? Fix = null);
