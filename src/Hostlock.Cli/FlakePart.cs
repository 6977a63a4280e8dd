using System.CommandLine;
using Hostlock.Fleets;

namespace Hostlock.Cli;

/// <summary>The part of a run that is about one of several flakes.</summary>
/// <param name="Flake">The flake.</param>
/// <param name="Whole">The run.</param>
/// <param name="Words">The words of the line that this flake gets, by argument and option; the others get all of theirs.</param>
/// <param name="Outside">Everything outside the program, as this part sees it.</param>
sealed record FlakePart(RepositoryFlake Flake, CommandRun Whole, IReadOnlyDictionary<Symbol, string[]> Words, Surroundings Outside)
{
    /// <summary>Writes in all flakes at once; null if each flake is written for itself.</summary>
    public FlakesTogether? Together { get; init; }
}
