using System.CommandLine;

namespace Hostlock.Cli;

/// <summary>Reads a line that may be wrong, so that its error can be printed.</summary>
static class TypedLine
{
    /// <summary>The word behind an option; null if the line does not have the option.</summary>
    /// <param name="parsed">The line.</param>
    /// <param name="option">The option.</param>
    public static string? ValueOf(ParseResult parsed, Option option) =>
        parsed.GetResult(option) is { Tokens: [var token, ..] } ? token.Value : null;

    /// <summary>The folder in which the flake is looked for first, absolute.</summary>
    /// <param name="surroundings">Everything outside the program.</param>
    /// <param name="parsed">The line.</param>
    public static string FolderOf(Surroundings surroundings, ParseResult parsed) =>
        Path.GetFullPath(ValueOf(parsed, CommonOptions.Flake) ?? surroundings.FlakeFolder, surroundings.Folder);
}
