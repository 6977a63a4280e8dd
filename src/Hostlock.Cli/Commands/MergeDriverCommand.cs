using System.CommandLine;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;

namespace Hostlock.Cli.Commands;

/// <summary>Merges two locks for git: <c>merge.hostlock.driver = hostlock merge-driver %O %A %B</c>.</summary>
sealed class MergeDriverCommand : FleetCommand
{
    readonly Argument<string> _common = new("common") { Description = "The lock both sides started from (%O)", HelpName = "COMMON" };
    readonly Argument<string> _ours = new("ours") { Description = "Our lock, which gets the result (%A)", HelpName = "OURS" };
    readonly Argument<string> _theirs = new("theirs") { Description = "Their lock (%B)", HelpName = "THEIRS" };

    protected override Command Describe() => new("merge-driver", """
        Merge two locks input by input, for git

        git calls this command once 'hostlock init' has set it up in a clone. An input
        that both sides moved differently is a conflict.

          git config merge.hostlock.driver 'hostlock merge-driver %O %A %B'
        """)
    { _common, _ours, _theirs };

    protected override Task<ExitCode> RunAsync(CommandRun run)
    {
        if (LockFileMerge.Apply(Full(_common), Full(_ours), Full(_theirs)) is not MergeOutcome.Conflicted(var conflicts, _))
            return Task.FromResult(ExitCode.Done);
        run.Terminal.Talk($"both sides moved {string.Join(", ", conflicts.Select(conflict => $"'{conflict.Input}'"))} differently; take one side, then run 'hostlock lock'\n");
        return Task.FromResult(ExitCode.No);

        string Full(Argument<string> file) => Path.GetFullPath(run.Value(file), run.Surroundings.Folder);
    }
}
