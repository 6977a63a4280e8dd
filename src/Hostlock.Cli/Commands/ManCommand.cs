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
        Description = "The command that the page is about, or hostlock.toml [default: hostlock itself]",
        HelpName = "COMMAND",
        Arity = ArgumentArity.ZeroOrOne,
    };
    readonly Option<string?> _output = new("--output", "-o") { Description = "Write all pages into this folder instead", HelpName = "DIR" };

    public override CommandNature Nature => new(NetworkUse.None) { PrintsTextAlone = true, IsAboutAllCommands = true };

    protected override Command Describe()
    {
        _output.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is "")
                result.AddError("'--output' takes a folder, and '' is none");
        });
        var command = new Command(Name, """
            Print a manual page

            The page says the same as --help, and names files and variables. Without a
            command, it is about all of them.

              hostlock man update | man -l -
              hostlock man hostlock.toml | man -l -
              hostlock man --output share/man/man1
            """)
        { _topic, _output };
        _topic.CompletionSources.Add(
            _ => Pages(command).Skip(1).Select(page => page.Name).Append(FleetFileManual.Name).Select(name => new CompletionItem(name)));
        return command;
    }

    public override FlakeReach Reach(CommandRun run) => FlakeReach.None;

    public override Task<ExitCode> RunAsync(CommandRun run)
    {
        var pages = Pages(run.Command);
        if (run.Value(_output) is { } folder)
            RepositoryFiles.ReplaceNamed(
                Path.GetFullPath(folder, run.Surroundings.Folder),
                [
                    .. pages.Select(page => ($"{ManPage.Name(page)}.1", ManPage.Render(page)))
                    .Append(($"{FleetFileManual.Name}.5", ManPage.RenderSettings()))
                    .Select(page => (page.Item1, (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(page.Item2))),
                ]);
        else
            run.Terminal.Data(
                run.Value(_topic) == FleetFileManual.Name ? ManPage.RenderSettings() : ManPage.Render(PageOf(run.Value(_topic), pages)));
        return Task.FromResult(ExitCode.Done);
    }

    static Command PageOf(string? word, List<Command> pages) =>
        word is null ? pages[0]
        : pages.Skip(1).FirstOrDefault(page => page.Name == word)
            ?? throw UsageException.NoSuchCommand(word, pages.Skip(1).Select(page => page.Name).Append(FleetFileManual.Name));

    // The program first, then its commands, and theirs.
    static List<Command> Pages(Command command)
    {
        var root = command.Parents.OfType<Command>().First();
        return [root, .. root.Subcommands.Where(page => !page.Hidden).SelectMany(page => page.Subcommands.Prepend(page))];
    }
}
