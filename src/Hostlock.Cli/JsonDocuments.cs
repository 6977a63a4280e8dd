using System.CommandLine;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli;

/// <summary>The JSON of a command.</summary>
/// <param name="Name">The words of the command, without that of the program.</param>
/// <param name="Shape">The shape of a document, or of each line if the command prints one as each thing happens.</param>
sealed record JsonDocuments(string Name, JsonShape Shape)
{
    /// <summary>The JSON Schema.</summary>
    public string Schema => JsonSchema.Render($"What hostlock {Name} prints with --json", Shape);

    /// <summary>The documents of all commands that print JSON, in the order of the help.</summary>
    /// <param name="root">The program with all its commands.</param>
    public static IEnumerable<JsonDocuments> Of(Command root) =>
        from command in root.Subcommands.SelectMany(outer => outer.Subcommands.Prepend(outer))
        where command.Action is FleetAction { Shape: not null }
        select new JsonDocuments(HelpPage.Path(command)["hostlock ".Length..], ((FleetAction)command.Action!).Shape!);
}
