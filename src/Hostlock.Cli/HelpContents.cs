using System.CommandLine;
using System.Globalization;
using System.Text;

namespace Hostlock.Cli;

/// <summary>A part of a command's help: rows of commands, arguments, options, files or the like.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Rows">The typed words, and their meanings.</param>
sealed record HelpSection(string Title, IReadOnlyList<(string Left, string Right)> Rows);

/// <summary>The contents of a command's help, of its manual page and of its part of docs/commands.md.</summary>
/// <param name="Summary">One line, an imperative.</param>
/// <param name="Paragraphs">Sentences; each paragraph is one line.</param>
/// <param name="Examples">Lines to type.</param>
/// <param name="Usage">The words that may follow the name of the command.</param>
/// <param name="Sections">Commands, arguments and options. The options that all commands share come last; no section is empty.</param>
/// <param name="Codes">The exit codes that the command has reason to end with.</param>
sealed record HelpContents(
    string Summary, IReadOnlyList<string> Paragraphs, IReadOnlyList<string> Examples, string Usage, IReadOnlyList<HelpSection> Sections,
    HelpSection Codes)
{
    const string ExampleIndent = "  ";

    /// <summary>Reads the contents off a command.</summary>
    public static HelpContents Of(Command command)
    {
        var (summary, paragraphs, examples) = Parts(command.Description ?? "");
        var commands = command.Subcommands.Where(each => !each.Hidden).ToList();
        var groups = command is ProgramCommand
            ? from each in commands
              group each by App.GroupOf(each.Name) into together
              orderby together.Key
              select new HelpSection(together.Key.Title(), [.. together.Select(RowOf)])
            : [new HelpSection("Commands", [.. commands.Select(RowOf)])];
        HelpSection[] sections =
        [
            .. groups,
            new("Arguments", [.. command.Arguments.Where(each => !each.Hidden).Select(each => (Name(each), each.Description ?? ""))]),
            new("Options", [.. command.Options.Where(option => !option.Hidden && !IsCommon(option)).Select(RowOf)]),
            new("Common options", [.. Common(command).Distinct().Select(RowOf)]),
        ];
        return new(
            summary, paragraphs, examples, WordsOf(command, commands.Count > 0), [.. sections.Where(section => section.Rows.Count > 0)],
            new(
                "Exit codes",
                [.. CodesOf(command).Select(code => (((int)code).ToString(CultureInfo.InvariantCulture), ExitCodes.Meaning(code)))]));
    }

    /// <summary>The words of an argument as the help shows them.</summary>
    public static string Name(Argument argument) => argument.HelpName ?? argument.Name.ToUpperInvariant();

    /// <summary>The value of an option as the help shows it; null if it has none.</summary>
    public static string? ValueOf(Option option) => option.HelpName;

    static (string Summary, IReadOnlyList<string> Paragraphs, IReadOnlyList<string> Examples) Parts(string description)
    {
        var lines = description.Split('\n');
        var examples = lines.Where(line => line.StartsWith(ExampleIndent, StringComparison.Ordinal)).Select(line => line.Trim());
        var paragraphs = new List<string>();
        var paragraph = new StringBuilder();
        foreach (var line in lines.Skip(1).Append(""))
        {
            if (line.Length > 0 && !line.StartsWith(ExampleIndent, StringComparison.Ordinal))
            {
                paragraph.Append(paragraph.Length > 0 ? " " : "").Append(line);
            }
            else if (paragraph.Length > 0)
            {
                paragraphs.Add(paragraph.ToString());
                paragraph.Clear();
            }
        }
        return (lines[0], paragraphs, [.. examples]);
    }

    static string WordsOf(Command command, bool hasCommands)
    {
        var usage = new StringBuilder(hasCommands ? "[COMMAND] [OPTIONS]" : "[OPTIONS]");
        foreach (var argument in command.Arguments.Where(each => !each.Hidden))
        {
            var name = Name(argument);
            if (argument.Arity.MaximumNumberOfValues > 1 && !name.Contains(' ', StringComparison.Ordinal))
                name += "...";
            usage.Append(
                argument.Arity.MinimumNumberOfValues == 0 && argument is not NeededArgument ? $" [{name}]" : $" {name}");
        }
        return usage.ToString();
    }

    // The program itself has them all.
    static IEnumerable<ExitCode> CodesOf(Command command) =>
        command is not ProgramCommand && command.Action is FleetAction { Nature: var nature } ? nature.Codes : Enum.GetValues<ExitCode>();

    static IEnumerable<Option> Common(Command command) =>
        command.Options.Where(option => !option.Hidden && IsCommon(option))
            .Concat(command.Parents.OfType<Command>().SelectMany(Common).Where(option => option.Recursive))
            .OrderBy(option => option is HelpFlag ? 0 : option is VersionFlag ? 2 : 1);

    static bool IsCommon(Option option) =>
        option.Recursive || CommonOptions.Placed.Contains(option);

    static (string, string) RowOf(Command command) => (command.Name, Parts(command.Description ?? "").Summary);

    static (string, string) RowOf(Option option)
    {
        var brief = option.Aliases.FirstOrDefault(alias => alias.Length == 2);
        var left = $"{(brief is null ? "   " : $"{brief},")} {option.Name}{(option.HelpName is null ? "" : $" {option.HelpName}")}";
        return (left, option.Description ?? "");
    }
}
