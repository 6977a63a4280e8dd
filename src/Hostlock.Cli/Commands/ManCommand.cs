using System.CommandLine;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Platform;

namespace Hostlock.Cli.Commands;

/// <summary>Prints the manual page of a command, or writes them all for a package.</summary>
sealed class ManCommand(Surroundings surroundings)
{
    public const string Name = "man";

    public Command Build()
    {
        var topic = new Argument<string?>("command") { Description = "The command the page is about; the program where none is named", HelpName = "COMMAND", Arity = ArgumentArity.ZeroOrOne };
        var output = new Option<string?>("--output", "-o") { Description = "Write all pages into this folder instead", HelpName = "DIR" };
        var command = new Command(Name, "Print a manual page: hostlock man update | man -l -") { topic, output };
        topic.CompletionSources.Add(_ => Pages(command).Skip(1).Select(page => new System.CommandLine.Completions.CompletionItem(page.Name)));
        command.SetAction(parsed =>
        {
            var pages = Pages(command);
            if (parsed.GetValue(output) is { } folder)
            {
                var full = Path.GetFullPath(folder, surroundings.Folder);
                Directory.CreateDirectory(full);
                AtomicFile.ReplaceAll([.. pages.Select(page => (Path.Combine(full, $"{ManPage.Name(page)}.1"), Encoding.UTF8.GetBytes(ManPage.Render(page))))]);
                return;
            }
            var word = parsed.GetValue(topic);
            var found = word is null ? pages[0] : pages.Skip(1).FirstOrDefault(page => page.Name == word) ?? throw FleetException.NoSuchCommand(word, pages.Skip(1).Select(page => page.Name));
            surroundings.TerminalFor(parsed).Data(ManPage.Render(found));
        });
        return command;
    }

    // The program, and then its commands.
    static List<Command> Pages(Command command)
    {
        var root = command.Parents.OfType<Command>().First();
        return [root, .. root.Subcommands.Where(each => !each.Hidden)];
    }
}
