using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Hostlock.Cli;

/// <summary>Rules that the command-line library lacks: a mistyped option is not a host, and an error is one line.</summary>
static class CommandLineRules
{
    const string Unknown = "unknown option";

    /// <summary>Gives every argument a check that refuses mistyped options, and every command our help.</summary>
    public static void Apply(Command command)
    {
        foreach (var argument in command.Arguments)
        {
            argument.Validators.Add(result =>
            {
                // The word '-' alone is the standard input.
                if (result.Tokens.FirstOrDefault(token => token.Value.Length > 1 && token.Value[0] == '-') is { } token)
                    result.AddError(UnknownOption(token.Value, command));
            });
        }
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

    /// <summary>The first error of a command line, in one line.</summary>
    public static string FirstError(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        return parsed.UnmatchedTokens switch
        {
            [['-', ..] option, ..] => UnknownOption(option, command),
            [var word, ..] when command.Subcommands.Count > 0 =>
                $"unknown command '{word}'"
                + Hint(Closest.To(word, command.Subcommands.Where(each => !each.Hidden).Select(each => each.Name))),
            [var word, ..] => $"'{HelpPage.Path(command)}' takes no '{word}'",
            _ =>
                parsed.Errors.Select(error => error.Message)
                    .FirstOrDefault(message => message.StartsWith(Unknown, StringComparison.Ordinal))
                    ?? Lowered(parsed.Errors[0].Message),
        };
    }

    // Of one letter any other letter is near.
    static string UnknownOption(string word, Command command) =>
        $"{Unknown} '{word}'{Hint(word.Length > 2 ? Closest.To(word, OptionsOf(command)) : null)}";

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
