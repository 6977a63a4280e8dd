using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace Hostlock.Cli;

/// <summary>Rules that the command-line library lacks: a mistyped option is not a host, and an error is one line.</summary>
static class CommandLineRules
{
    /// <summary>Gives every command our help, and refuses <c>--json</c> if a command prints none.</summary>
    public static void Apply(Command command)
    {
        // An option before the name of the command does not belong to the command.
        if (command is not RootCommand && !command.Options.Contains(CommonOptions.Json))
        {
            command.Validators.Add(result =>
            {
                if (result.GetResult(CommonOptions.Json) is { Implicit: false })
                    result.AddError($"'{HelpPage.Path(command)}' takes no '{CommonOptions.Json.Name}'");
            });
        }
        foreach (var option in command.Options.OfType<HelpOption>())
        {
            option.Action = new HelpPage();
            option.Description = "Show this help";
            foreach (var alias in option.Aliases.Where(alias => alias != "-h").ToList())
                option.Aliases.Remove(alias);
        }
        foreach (var option in command.Options.OfType<VersionOption>())
        {
            option.Description = "Show the version";
            option.Action = new VersionLine();
        }
        foreach (var inner in command.Subcommands)
            Apply(inner);
    }

    sealed class VersionLine : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.Write($"hostlock {App.Version}\n");
            return (int)ExitCode.Done;
        }
    }

    /// <summary>The first error of a command line, in one line; null if it has none. Who asks for help gets it beside most
    /// errors.</summary>
    public static string? FirstError(ParseResult parsed) => parsed.Action switch
    {
        HelpPage => parsed.UnmatchedTokens.Count > 0 ? ErrorOf(parsed) : null,
        VersionLine => null,
        _ => parsed.Errors.Count > 0 || MistypedOption(parsed) is not null ? ErrorOf(parsed) : null,
    };

    // The first word of an argument that looks like an option. Whatever follows the word '--' is none, and '-' is the standard input.
    static string? MistypedOption(ParseResult parsed)
    {
        var words = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).ToList();
        var behind = parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).Skip(1).Count();
        return words.SkipLast(behind).FirstOrDefault(token => token.Value.Length > 1 && token.Value[0] == '-')?.Value;
    }

    static string ErrorOf(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        return parsed.UnmatchedTokens switch
        {
            [['-', ..] option, ..] => UnknownOption(option, command),
            [var word, ..] when command.Subcommands.Count > 0 =>
                $"unknown command '{word}'"
                + Hint(Closest.To(word, command.Subcommands.Where(each => !each.Hidden).Select(each => each.Name))),
            [var word, ..] => $"'{HelpPage.Path(command)}' takes no '{word}'",
            _ when MistypedOption(parsed) is { } option => UnknownOption(option, command),
            _ => Lowered(parsed.Errors[0].Message),
        };
    }

    // Of one letter any other letter is near.
    static string UnknownOption(string word, Command command) =>
        $"unknown option '{word}'{Hint(word.Length > 2 ? Closest.To(word, OptionsOf(command)) : null)}";

    static string Hint(string? closest) => closest is null ? "" : $"; {closest}";

    // The library lists the choices on a line each.
    static string Lowered(string message) =>
        char.ToLowerInvariant(message[0]) + string.Join(
            ' ', message[1..].Split((char[])['\n', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries))
            .TrimEnd('.', ':');

    static IEnumerable<string> OptionsOf(Command command) =>
        command.Options.Where(option => !option.Hidden).SelectMany(option => option.Aliases.Prepend(option.Name))
            .Concat(command.Parents.OfType<Command>().SelectMany(OptionsOf));
}
