using System.CommandLine;
using System.CommandLine.Completions;

namespace Hostlock.Cli.Commands;

/// <summary>Prints the help of a command.</summary>
sealed class HelpCommand : FleetCommand
{
    /// <summary>The name of the command. It prints the help of all other commands, so it needs them.</summary>
    public const string Name = "help";

    readonly Argument<string[]> _topic = new("command")
    {
        Description = "The command that the help is about [default: all commands]",
        HelpName = "COMMAND",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public override CommandNature Nature => new(NetworkUse.None) { PrintsTextAlone = true, IsAboutAllCommands = true };

    protected override Command Describe()
    {
        var command = new Command(Name, """
            Print the help of a command, or the list of commands

            Prints the same as --help behind the command.

              hostlock help update
              hostlock help rollout status
            """)
        { _topic };
        _topic.CompletionSources.Add(
            _ => command.Parents.OfType<Command>().First().Subcommands.Select(each => new CompletionItem(each.Name)));
        return command;
    }

    public override FlakeReach Reach(CommandRun run) => FlakeReach.None;

    public override Task<ExitCode> RunAsync(CommandRun run)
    {
        var topic = run.Command.Parents.OfType<Command>().First();
        foreach (var word in run.Words(_topic))
        {
            topic = topic.Subcommands.FirstOrDefault(each => each.Name == word)
                ?? throw UsageException.NoSuchCommand(word, topic.Subcommands.Select(each => each.Name));
        }
        run.Terminal.Data(HelpPage.Render(topic, HelpPage.WidthFor(run.Surroundings)));
        return Task.FromResult(ExitCode.Done);
    }
}
