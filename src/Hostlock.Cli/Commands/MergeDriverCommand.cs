using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Locks;

namespace Hostlock.Cli.Commands;

/// <summary>What git calls to merge two locks: <c>merge.hostlock.driver = hostlock merge-driver %O %A %B</c>.</summary>
sealed class MergeDriverCommand(Surroundings surroundings)
{
    readonly Argument<string> _common = new("common") { Description = "The lock both sides started from (%O)", HelpName = "COMMON" };
    readonly Argument<string> _ours = new("ours") { Description = "Our lock, which gets the result (%A)", HelpName = "OURS" };
    readonly Argument<string> _theirs = new("theirs") { Description = "Their lock (%B)", HelpName = "THEIRS" };

    public Command Build()
    {
        var command = new Command("merge-driver", "Merge two locks input by input, for git") { _common, _ours, _theirs };
        command.SetAction(parsed => (int)Run(parsed));
        return command;
    }

    ExitCode Run(ParseResult parsed)
    {
        var ours = Path.GetFullPath(parsed.GetValue(_ours)!, surroundings.Folder);
        switch (LockMerge.Merge(Read(parsed.GetValue(_common)!), Read(ours), Read(parsed.GetValue(_theirs)!)))
        {
            case MergeOutcome.Merged(var merged):
                RepositoryFiles.ReplaceNamed(ours, LockFileWriter.Write(merged));
                return ExitCode.Done;
            case MergeOutcome.Conflicted(var inputs):
                surroundings.TerminalFor(parsed).Talk($"both sides moved {string.Join(", ", inputs.Select(path => $"'{path}'"))} differently; take one side, then run 'hostlock lock'\n");
                return ExitCode.No;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    // An empty file is what git gives where a side has none.
    LockFile Read(string word)
    {
        var path = Path.GetFullPath(word, surroundings.Folder);
        return File.Exists(path) && new FileInfo(path).Length == 0
            ? LockFile.Empty
            : HostLocks.ReadExisting(new(word, [word], path, word, "", FleetFolder.FlakeFile, NameMap<string>.Empty, NameMap<Freeze>.Empty));
    }
}
