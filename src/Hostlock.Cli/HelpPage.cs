using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;
using System.Text;

namespace Hostlock.Cli;

/// <summary>The help of a command: what it does, how it is used, its arguments and options, and those all commands have.</summary>
sealed class HelpPage : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.Write(Render(parseResult.CommandResult.Command));
        return (int)ExitCode.Done;
    }

    public static string Render(Command command)
    {
        var text = new StringBuilder(command.Description).Append("\n\nUsage: ").Append(Path(command));
        var commands = command.Subcommands.Where(each => !each.Hidden).ToList();
        text.Append(commands.Count > 0 ? " [COMMAND]" : "").Append(" [OPTIONS]");
        foreach (var argument in command.Arguments.Where(each => !each.Hidden))
        {
            var name = Name(argument) + (argument.Arity.MaximumNumberOfValues > 1 ? "..." : "");
            text.Append(argument.Arity.MinimumNumberOfValues == 0 ? $" [{name}]" : $" {name}");
        }
        text.Append('\n');
        Rows(text, "Commands", commands.Select(each => ($"  {each.Name}", FirstLine(each.Description))));
        Rows(text, "Arguments", command.Arguments.Where(each => !each.Hidden).Select(each => ($"  {Name(each)}", each.Description ?? "")));
        Rows(text, "Options", command.Options.Where(option => !option.Hidden && !option.Recursive && option is not HelpOption and not VersionOption).Select(Row));
        Rows(text, "Global options", Global(command).Distinct().Select(Row));
        return text.ToString();
    }

    public static string Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{Path(parent)} {command.Name}" : "hostlock";

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

    static void Rows(StringBuilder text, string title, IEnumerable<(string Left, string Right)> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0)
            return;
        var width = all.Max(row => row.Left.Length) + 2;
        text.Append(CultureInfo.InvariantCulture, $"\n{title}:\n");
        foreach (var (left, right) in all)
            text.Append(left.PadRight(width)).Append(right).Append('\n');
    }
}
