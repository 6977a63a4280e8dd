using System.CommandLine;
using System.CommandLine.Parsing;

namespace Hostlock.Cli;

/// <summary>Rules that the command-line library lacks: a mistyped option is not a host, a flag has no value, and an error has the form of
/// all errors.</summary>
static class CommandLineRules
{
    /// <summary>Gives every command flags that take no word behind them.</summary>
    /// <param name="command">The command, with those within it.</param>
    public static void Apply(Command command)
    {
        foreach (var option in command.Options)
        {
            if (option is Option<bool>)
                option.Arity = ArgumentArity.Zero;
        }
        foreach (var inner in command.Subcommands)
            Apply(inner);
    }

    /// <summary>True if the line asks for help in the way of other programs: <c>hostlock tick help</c>.</summary>
    /// <param name="parsed">The line.</param>
    public static bool AsksForHelp(ParseResult parsed) =>
        parsed.UnmatchedTokens is ["help"] && parsed.CommandResult.Command is not ProgramCommand;

    /// <summary>The first error of a command line; null if it has none. A line that asks for help gets it despite most errors.</summary>
    /// <param name="parsed">The line.</param>
    /// <param name="words">Its words, as they were typed.</param>
    public static UsageException? FirstError(ParseResult parsed, IReadOnlyList<string> words) => parsed.Action switch
    {
        HelpPage => parsed.UnmatchedTokens.Count > 0 ? ErrorOf(parsed, words) : null,
        VersionLine => null,
        _ => ErrorOf(parsed, words),
    };

    static UsageException? ErrorOf(ParseResult parsed, IReadOnlyList<string> words)
    {
        var command = parsed.CommandResult.Command;
        var path = HelpPage.Path(command);
        foreach (var each in words)
        {
            if (each == "--")
                break;
            if (FlagOf(each, command) is { } flag)
                return UsageException.TakesNoValue(flag);
        }
        if (UnknownOptions(parsed) is { Count: > 0 } unknown)
            return UsageException.UnknownOptions(path, unknown, [.. KnownOptions(command)]);
        if (RefusedIn(parsed) is var (option, why))
            return UsageException.TakesNo(path, option, why);
        // The library passes over a first word in brackets.
        if (parsed.Tokens.FirstOrDefault(token => token.Type == TokenType.Directive) is { Value: var bracketed })
            return UsageException.NoSuchCommand(bracketed, App.Names);
        if (parsed.UnmatchedTokens is [var word, ..])
            return command is ProgramCommand
                ? UsageException.NoSuchCommand(word, App.Names)
                : UsageException.UnexpectedWords(parsed.UnmatchedTokens, HelpPage.Usage(command));
        foreach (var (one, other) in ((Option, Option)[])
            [(CommonOptions.Quiet, CommonOptions.Verbose), (CommonOptions.Offline, CommonOptions.Refresh)])
        {
            if (IsGiven(parsed, one) && IsGiven(parsed, other))
                return UsageException.Excludes(one.Name, other.Name);
        }
        return parsed.Errors is [var error, ..] ? Explained(error, parsed) : null;
    }

    // A flag with a value joined to it, '--json=yes'. The library would take the value for a word of the command.
    static string? FlagOf(string word, Command command) =>
        word.StartsWith("--", StringComparison.Ordinal) && word.IndexOf('=', StringComparison.Ordinal) is > 2 and var equals
        && OptionsOf(command).OfType<Option<bool>>().Any(option => option.Name == word[..equals])
            ? word[..equals]
            : null;

    // Words that look like options and are none. No word after '--' is an option, and '-' is the standard input.
    static List<string> UnknownOptions(ParseResult parsed)
    {
        var words = new List<string>(parsed.UnmatchedTokens);
        foreach (var argument in parsed.CommandResult.Children.OfType<ArgumentResult>())
            words.AddRange(argument.Tokens.Select(token => token.Value));
        if (!words.Exists(IsLikeOption))
            return [];
        var behind = parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).Skip(1)
            .Select(token => token.Value).ToList();
        var before = words.Take(Math.Max(words.Count - behind.Count, parsed.UnmatchedTokens.Count));
        return [.. before.Where(word => IsLikeOption(word) && !behind.Contains(word)).Distinct()];

        static bool IsLikeOption(string word) => word is ['-', _, ..];
    }

    // An option that other commands have; also one that stands before the name of the command.
    static (string Option, string Why)? RefusedIn(ParseResult parsed)
    {
        var result = parsed.CommandResult;
        if (result.Children.OfType<OptionResult>().FirstOrDefault(IsRefused) is { Option: RefusedOption known } own)
            return (own.IdentifierToken!.Value, known.Why);
        var command = result.Command is ProgramCommand root ? root.Subcommands.First(each => each.Name == App.WithoutName) : result.Command;
        SymbolResult? above = result.Command is ProgramCommand ? result : result.Parent;
        for (; above is CommandResult each; above = each.Parent)
        {
            foreach (var given in each.Children.OfType<OptionResult>().Where(given => !given.Implicit && !given.Option.Recursive))
            {
                if (!command.Options.Contains(given.Option) && given.Option is not HelpFlag)
                    return (given.IdentifierToken!.Value, WhyNot(command, given.IdentifierToken.Value));
            }
        }
        return null;

        static bool IsRefused(OptionResult option) => option is { Implicit: false, Option: RefusedOption };
    }

    static string WhyNot(Command command, string name) =>
        command.Options.OfType<RefusedOption>().FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name))?.Why
            ?? "it has no such option";

    static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    // The library's words are those of a programmer, and differ from ours.
    static UsageException Explained(ParseError error, ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        switch (error.SymbolResult)
        {
            case OptionResult { IdentifierToken: { } name, Option: var option } given:
                var shown = HelpContents.ValueOf(option) ?? "VALUE";
                if (given.Tokens.Count < option.Arity.MinimumNumberOfValues)
                    return UsageException.NeedsValue(name.Value, shown);
                if (given.Tokens.Count > option.Arity.MaximumNumberOfValues)
                    return UsageException.Twice(name.Value);
                if (error.Message.Contains("System.", StringComparison.Ordinal))
                    return UsageException.NotANumber(name.Value, given.Tokens[0].Value);
                break;
            case var _ when Missing(parsed).ToList() is { Count: > 0 } missing:
                return UsageException.Needs(HelpPage.Path(command), missing, HelpPage.Usage(command));
        }
        return UsageException.Wrong(Lowered(error.Message));
    }

    static IEnumerable<string> Missing(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        foreach (var argument in command.Arguments.Where(argument => !argument.Hidden))
        {
            if ((parsed.GetResult(argument)?.Tokens.Count ?? 0) < argument.Arity.MinimumNumberOfValues)
                yield return HelpContents.Name(argument);
        }
        foreach (var option in command.Options.Where(option => option.Required && parsed.GetResult(option) is null or { Implicit: true }))
            yield return $"{option.Name} {HelpContents.ValueOf(option)}";
    }

    // The library lists the choices on a line each.
    static string Lowered(string message) =>
        char.ToLowerInvariant(message[0]) + string.Join(
            ' ', message[1..].Split((char[])['\n', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries))
            .TrimEnd('.', ':');

    static IEnumerable<Option> OptionsOf(Command command) =>
        command.Options.Where(option => !option.Hidden).Concat(command.Parents.OfType<Command>().SelectMany(OptionsOf));

    // Before the name of the command, more options can stand than the command has.
    static IEnumerable<string> KnownOptions(Command command) =>
        command.Options.Where(option => !option.Hidden)
            .Concat(command.Parents.OfType<Command>().SelectMany(OptionsOf).Where(option => option.Recursive))
            .SelectMany(option => option.Aliases.Prepend(option.Name)).Distinct();
}
