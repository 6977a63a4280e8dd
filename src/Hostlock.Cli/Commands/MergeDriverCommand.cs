using System.Collections.Immutable;
using System.CommandLine;
using Hostlock.Fleets.Merging;
using Hostlock.Locks;
using Hostlock.Reporting;

namespace Hostlock.Cli.Commands;

/// <summary>Merges two locks for git: <c>merge.hostlock.driver = hostlock merge-driver %O %A %B %P</c>.</summary>
sealed class MergeDriverCommand : FleetCommand
{
    readonly Argument<string> _common = new("common") { Description = "The lock both sides started from (%O)", HelpName = "COMMON" };
    readonly Argument<string> _ours = new("ours") { Description = "Our lock, which gets the result (%A)", HelpName = "OURS" };
    readonly Argument<string> _theirs = new("theirs") { Description = "Their lock (%B)", HelpName = "THEIRS" };
    readonly Argument<string?> _path = new("path")
    {
        Description = "Where the lock lies in the work tree (%P)",
        HelpName = "PATH",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public override CommandNature Nature => new(NetworkUse.None) { Writes = true, MaySayNo = true };

    protected override Command Describe() => new("merge-driver", """
        Merge two locks input by input, for git

        git calls this command once 'hostlock init' has set it up in a clone. An input
        that both sides changed differently is a conflict, which 'hostlock resolve'
        settles.

          hostlock merge-driver base.lock ours.lock theirs.lock
          git config merge.hostlock.driver 'hostlock merge-driver %O %A %B %P'
        """)
    { _common, _ours, _theirs, _path };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.None;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        // git starts it at the root of the work tree.
        var path = run.Value(_path);
        var found = path is null ? null : MergedLock.Find(Full(path));
        var merge = await LockFileMerge.ApplyAsync(
            run.Processes, run.Surroundings.Folder, path, Full(run.Value(_common)), Full(run.Value(_ours)), Full(run.Value(_theirs)),
            conflict => found?.Folder.Fleet.MergesNewer == true ? conflict.Newer : null, run.CancellationToken);
        if (merge.Settled.IsEmpty && merge.Left.IsEmpty)
            return ExitCode.Done;
        var name = found is null ? path : $"{string.Join(' ', found.Place.Sharers)} ({path})";
        run.Terminal.Talk($"{(name is null ? "" : $"{name}\n")}{ConflictText.Settled(merge.Settled)}{ConflictText.Left(merge.Left)}");
        if (merge.Left.IsEmpty)
            return ExitCode.Done;
        run.Terminal.Talk($"{Settling(path, found, merge.Left, run.Surroundings.Folder)}\n");
        return ExitCode.No;

        string Full(string file) => Path.GetFullPath(file, run.Surroundings.Folder);
    }

    static string Settling(string? path, MergedLock? found, ImmutableArray<MergeConflict> conflicts, string root) => (path, found) switch
    {
        // A clone that was set up by an older hostlock does not say which lock it is.
        (null, _) => "settle it: hostlock resolve",
        (_, null) => $"settle it with --ours or --theirs, as in: git checkout --ours {ShellWord.Quote(path)} && git add "
            + ShellWord.Quote(path),
        _ => $"settle it with {ConflictText.Options(conflicts)}, as in: {found.Command(root)} resolve {found.Place.Name} --ours",
    };
}
