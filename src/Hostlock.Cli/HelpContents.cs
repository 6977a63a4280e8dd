using System.CommandLine;
using System.CommandLine.Help;
using System.Text;

namespace Hostlock.Cli;

/// <summary>The contents of a command's help and of its manual page.</summary>
/// <param name="Description">One line, an imperative; then, after an empty line, sentences, and examples that are indented by two
/// blanks.</param>
/// <param name="Usage">The words that may follow the name of the command.</param>
/// <param name="Sections">The rows of commands, arguments and options, by the title of the section. The options that all commands share
/// come last; no section is empty.</param>
sealed record HelpContents(
    string Description, string Usage, IReadOnlyList<(string Title, IReadOnlyList<(string Left, string Right)> Rows)> Sections)
{
    /// <summary>The first line of the description.</summary>
    public string Summary => FirstLine(Description);

    /// <summary>The lines of the description after the summary; empty for a description of one line.</summary>
    public IEnumerable<string> Details => Description.Split('\n').Skip(2);

    /// <summary>Reads the contents off a command.</summary>
    public static HelpContents Of(Command command)
    {
        var commands = command.Subcommands.Where(each => !each.Hidden).ToList();
        var arguments = command.Arguments.Where(each => !each.Hidden).ToList();
        var usage = new StringBuilder(commands.Count > 0 ? "[COMMAND] [OPTIONS]" : "[OPTIONS]");
        foreach (var argument in arguments)
        {
            var name = Name(argument) + (argument.Arity.MaximumNumberOfValues > 1 ? "..." : "");
            usage.Append(argument.Arity.MinimumNumberOfValues == 0 ? $" [{name}]" : $" {name}");
        }
        (string Title, IReadOnlyList<(string Left, string Right)> Rows)[] sections =
        [
            ("Commands", [.. commands.Select(each => ($"  {each.Name}", FirstLine(each.Description)))]),
            ("Arguments", [.. arguments.Select(each => ($"  {Name(each)}", each.Description ?? ""))]),
            (
                "Options",
                [
                    .. command.Options.Where(
                        option => !option.Hidden && !option.Recursive && option is not HelpOption and not VersionOption)
                    .Select(Row),
                ]),
            ("Global options", [.. Global(command).Distinct().Select(Row)]),
        ];
        return new(command.Description ?? "", usage.ToString(), [.. sections.Where(section => section.Rows.Count > 0)]);
    }

    static IEnumerable<Option> Global(Command command) =>
        command.Options.Where(option => !option.Hidden && (option.Recursive || option is HelpOption or VersionOption))
            .Concat(command.Parents.OfType<Command>().SelectMany(Global));

    static string Name(Argument argument) => argument.HelpName ?? argument.Name.ToUpperInvariant();

    static string FirstLine(string? text) => text?.Split('\n')[0] ?? "";

    static (string, string) Row(Option option)
    {
        var brief = option.Aliases.FirstOrDefault(alias => alias.Length == 2);
        var left = $"  {(brief is null ? "   " : $"{brief},")} {option.Name}{(option.HelpName is null ? "" : $" {option.HelpName}")}";
        return (left, option.Description ?? "");
    }
}
