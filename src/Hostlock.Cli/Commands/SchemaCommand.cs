using System.CommandLine;
using System.CommandLine.Completions;

namespace Hostlock.Cli.Commands;

/// <summary>Prints the JSON Schema of a command's <c>--json</c>, or of hostlock.toml.</summary>
sealed class SchemaCommand : FleetCommand
{
    /// <summary>The name of the command. Its schemas are of all other commands, so it needs them.</summary>
    public const string Name = "schema";

    readonly Argument<string[]> _words = new("command")
    {
        Description = "The command, or hostlock.toml [default: list them]",
        HelpName = "COMMAND",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public override CommandNature Nature => new(NetworkUse.None) { PrintsTextAlone = true, IsAboutAllCommands = true };

    protected override Command Describe()
    {
        var command = new Command(Name, """
            Print the JSON Schema of a command's --json, or of hostlock.toml

            The schemas are of draft 2020-12. That of hostlock.toml is for editors. Without a
            word, lists the commands that print JSON.

              hostlock schema status
              hostlock schema rollout status
              hostlock schema hostlock.toml > hostlock.schema.json
            """)
        { _words };
        _words.CompletionSources.Add(context => Completions(command, context));
        return command;
    }

    // The next word of each command that begins with those that are there.
    static IEnumerable<CompletionItem> Completions(Command command, CompletionContext context)
    {
        var before = context.ParseResult.CommandResult.Tokens.Select(token => token.Value).ToList();
        if (context.WordToComplete.Length > 0 && before.Count > 0)
            before.RemoveAt(before.Count - 1);
        return JsonDocuments.Of(command.Parents.OfType<Command>().First()).Select(each => each.Name).Append(FleetFileManual.Name)
            .Select(name => name.Split(' '))
            .Where(name => name.Length > before.Count && name.Take(before.Count).SequenceEqual(before))
            .Select(name => name[before.Count]).Distinct().Select(word => new CompletionItem(word));
    }

    public override FlakeReach Reach(CommandRun run) => FlakeReach.None;

    public override Task<ExitCode> RunAsync(CommandRun run)
    {
        var word = string.Join(' ', run.Value(_words));
        var documents = JsonDocuments.Of(run.Command.Parents.OfType<Command>().First()).ToList();
        run.Terminal.Data(
            word.Length == 0 ? string.Concat(documents.Select(each => $"{each.Name}\n").Append($"{FleetFileManual.Name}\n"))
            : word == FleetFileManual.Name ? FleetFileManual.Schema
            : documents.Find(each => each.Name == word)?.Schema
                ?? throw UsageException.NoSuchSchema(word, documents.Select(each => each.Name).Append(FleetFileManual.Name)));
        return Task.FromResult(ExitCode.Done);
    }
}
