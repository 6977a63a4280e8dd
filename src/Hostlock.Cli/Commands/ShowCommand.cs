using System.CommandLine;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Shows one lock as a tree, or as the bytes that Nix would write for it.</summary>
sealed class ShowCommand : FleetCommand
{
    readonly Argument<string> _lock = CommonOptions.One(
        "lock", "LOCK", "A host, root, a lock file, HOST@COMMIT, HOST@running or HOST@generation:N");
    readonly Option<string[]> _inputs = CommonOptions.AskedInputs();
    readonly Option<bool> _canonical = new("--canonical") { Description = "Print the bytes that Nix would write" };

    public override CommandNature Nature => new(NetworkUse.None) { Asks = true };

    public override JsonShape? Shape => ShowJson.Shape;

    protected override Command Describe() => new("show", """
        Show a lock as a tree, follows included

        Prints every input with its own inputs below it, and the target of each follows.

          hostlock show plex
          hostlock show plex -i home-manager
          hostlock show plex@HEAD~1 --canonical
        """)
    { _lock, _inputs, _canonical, CommonOptions.Json };

    public override FlakeReach Reach(CommandRun run) => run.Value(_canonical) ? FlakeReach.One : FlakeReach.Each;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var asked = run.Asked(_inputs);
        if (run.Value(_canonical) && !asked.IsAll)
            throw UsageException.Excludes(_canonical.Name, _inputs.Name);
        await run.Picks.HostAsync(_lock);
        var word = run.Value(_lock);
        var (place, whole) = await ReadAsync(run, word);
        AskedInputs.Require(asked, [(place, whole)]);
        var file = asked.Of(whole);
        if (run.Value(_canonical))
            run.Terminal.Exact(Encoding.UTF8.GetString(LockFileWriter.Write(file)));
        else
            run.Print(() => LockTree.Render(word, file, run.Terminal.Ink), () => ShowJson.Render(word, file));
        return ExitCode.Done;
    }

    // A lock file can be shown even if there is no flake.
    static async Task<(LockPlace Place, LockFile Lock)> ReadAsync(CommandRun run, string word)
    {
        if (LockVersion.IsPath(word) && LockVersion.OfFile(word, run.Surroundings.Folder) is { Place: var place })
            return (place, HostLocks.ReadExisting(place));
        var version = LockVersion.Parse(run.Folder, word, run.Surroundings.Folder);
        if (version is LockVersion.Current)
            await run.WarnOfUnmergedAsync(version.Place);
        return (version.Place, await run.Versions.ReadAsync(version, run.CancellationToken));
    }
}
