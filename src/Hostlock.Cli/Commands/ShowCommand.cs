using System.CommandLine;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>One lock as a tree, or as the bytes Nix would write for it.</summary>
sealed class ShowCommand(Surroundings surroundings)
{
    readonly Argument<string> _lock = CommonOptions.One("lock", "LOCK", "A host, root, or a lock file");
    readonly Option<bool> _canonical = new("--canonical") { Description = "Print the bytes Nix would write for it" };

    public Command Build()
    {
        var command = new Command("show", "Show a lock as a tree, follows included") { _lock, _canonical };
        command.SetAction(parsed => (int)Run(parsed));
        return command;
    }

    ExitCode Run(ParseResult parsed)
    {
        var terminal = surroundings.TerminalFor(parsed);
        var word = parsed.GetValue(_lock)!;
        var file = Read(parsed, word);
        if (parsed.GetValue(_canonical))
            terminal.Data(output => output.Write(Encoding.UTF8.GetString(LockFileWriter.Write(file))));
        else if (parsed.GetValue(CommonOptions.Json))
            terminal.Data(JsonOutput.Show(word, file));
        else
            terminal.Data(LockTree.Render(word, file, terminal.Ink));
        return ExitCode.Done;
    }

    // A file can be shown where there is no flake.
    LockFile Read(ParseResult parsed, string word)
    {
        var path = Path.GetFullPath(word, surroundings.Folder);
        if (word.Contains('/', StringComparison.Ordinal) || word.EndsWith(".lock", StringComparison.Ordinal))
        {
            var place = new LockPlace(word, [word], path, word, "", FleetFolder.FlakeFile, NameMap<string>.Empty, NameMap<Freeze>.Empty);
            if (File.Exists(path))
                return HostLocks.ReadExisting(place);
        }
        return LockWords.Read(surroundings, surroundings.Open(parsed), word);
    }
}
