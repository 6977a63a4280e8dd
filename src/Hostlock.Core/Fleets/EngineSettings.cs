using System.Collections.Immutable;

namespace Hostlock.Fleets;

/// <summary>A program that activates systems, as <c>[engines.NAME]</c> of hostlock.toml describes it.</summary>
/// <param name="Name">The name of the engine.</param>
/// <param name="HasTrial">True if the program leaves what boots as it is; false if it also makes the system the one that boots.</param>
/// <param name="Words">The program and its arguments, each of which may have placeholders.</param>
public sealed record EngineSettings(string Name, bool HasTrial, ImmutableArray<string> Words)
{
    /// <summary>The names that may stand in braces in a word, and are filled in for each host.</summary>
    public static readonly string[] Placeholders = ["host", "target", "ssh", "system", "flake", "action"];
}
