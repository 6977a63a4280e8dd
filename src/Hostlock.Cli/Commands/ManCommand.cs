using System.CommandLine;
using System.CommandLine.Completions;
using System.Text;
using Hostlock.Fleets;

namespace Hostlock.Cli.Commands;

/// <summary>Prints the manual page of a command, or writes them all for a package.</summary>
sealed class ManCommand : FleetCommand
{
    /// <summary>The name of the command. Its pages are about all other commands, so it needs them.</summary>
    public const string Name = "man";

    readonly Argument<string?> _topic = new("command")
    {
        Description = "The command that the page is about [default: hostlock itself]",
        HelpName = "COMMAND",
        Arity = ArgumentArity.ZeroOrOne,
    };
    readonly Option<string?> _output = new("--output", "-o") { Description = "Write all pages into this folder instead", HelpName = "DIR" };

    protected override Command Describe()
    {
        _output.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is "")
                result.AddError("'--output' takes a folder, and '' is none");
        });
        var command = new Command(Name, """
            Print a manual page

            The page says the same as --help. Without a command, it is about all of them.

              hostlock man update | man -l -
              hostlock man --output share/man/man1
            """)
        { _topic, _output };
        _topic.CompletionSources.Add(_ => Pages(command).Skip(1).Select(page => new CompletionItem(page.Name)));
        return command;
    }

    public override FlakeReach Reach(CommandRun run) => FlakeReach.None;

    public override Task<ExitCode> RunAsync(CommandRun run)
    {
        var pages = Pages(run.Command);
        if (run.Value(_output) is { } folder)
            RepositoryFiles.ReplaceNamed(
                Path.GetFullPath(folder, run.Surroundings.Folder),
                [.. pages.Select(page => ($"{ManPage.Name(page)}.1", (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(ManPage.Render(page))))]);
        else
            run.Terminal.Data(ManPage.Render(PageOf(run.Value(_topic), pages)));
        return Task.FromResult(ExitCode.Done);
    }

    static Command PageOf(string? word, List<Command> pages) =>
        word is null ? pages[0]
        : pages.Skip(1).FirstOrDefault(page => page.Name == word)
            ?? throw FleetException.NoSuchCommand(word, pages.Skip(1).Select(page => page.Name));

    // The program first, then its commands, and theirs.
    static List<Command> Pages(Command command)
    {
        var root = command.Parents.OfType<Command>().First();
        return [root, .. root.Subcommands.Where(page => !page.Hidden).SelectMany(page => page.Subcommands.Prepend(page))];
    }
}
