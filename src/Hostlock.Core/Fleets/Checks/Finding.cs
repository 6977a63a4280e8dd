using System.Collections.Immutable;

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
public sealed record Problem(string Message, string File, int? Line = null, string? Fix = null)
{
    /// <summary>The host that has the problem, or the root; null if it is one of the flake.</summary>
    public LockOwner? Owner { get; init; }

    /// <summary>The path of the input that has the problem; null if it is of no input.</summary>
    public string? Input { get; init; }

    /// <summary>The problem that other hosts may have as well; null if the problem is always reported by itself.</summary>
    public CommonProblem? Common { get; init; }

    /// <summary>The words that the common fix takes for this problem; the host if there are none.</summary>
    public ImmutableArray<string> Operands { get; init; } = [];

    /// <summary>A problem of one host, which others may have too.</summary>
    /// <param name="place">The lock of the host.</param>
    /// <param name="message">The problem, with the host.</param>
    /// <param name="common">The same without the host.</param>
    /// <param name="file">The file, relative to the flake; null for the lock.</param>
    /// <param name="line">The line in the file; null if the problem concerns no single line.</param>
    internal static Problem OfHost(LockPlace place, string message, CommonProblem common, string? file = null, int? line = null) =>
        OfHost(place.Owner, message, common, file ?? place.RelativePath, line);

    /// <inheritdoc cref="OfHost(LockPlace, string, CommonProblem, string?, int?)"/>
    internal static Problem OfHost(LockOwner owner, string message, CommonProblem common, string file, int? line = null) =>
        new(message, file, line, common.Fix?.For([owner.ToString()])) { Owner = owner, Common = common };
}

/// <summary>A problem without the host that has it. Hosts with equal problems share a line.</summary>
/// <param name="Message">The problem, in words.</param>
/// <param name="Fix">The command that fixes it for any number of hosts; null if no command does.</param>
public sealed record CommonProblem(string Message, HostCommand? Fix);

/// <summary>A command that takes hosts, or other words that each host has (<see cref="Problem.Operands"/>).</summary>
/// <param name="Start">The words before the hosts.</param>
/// <param name="End">The words behind them; empty for none.</param>
public sealed record HostCommand(string Start, string End = "")
{
    /// <summary>The command for some hosts.</summary>
    /// <param name="words">The hosts, rings or other words.</param>
    public string For(IEnumerable<string> words) => $"{Start} {string.Join(' ', words)}{(End.Length > 0 ? $" {End}" : "")}";
}
