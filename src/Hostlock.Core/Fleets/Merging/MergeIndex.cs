using System.Globalization;
using System.Text;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.Merging;

/// <summary>The sides of the merge of a file, as git's index has them.</summary>
/// <param name="Sides">The versions that it keeps apart, or kept until the merge was settled.</param>
/// <param name="IsSettled">True if the merge was settled.</param>
public sealed record MergeState(IndexSides Sides, bool IsSettled);

/// <summary>The versions that git's index keeps of files which it could not merge. Reads them, settles them, and brings them
/// back.</summary>
/// <param name="processes">Runs git.</param>
/// <param name="root">The root of the work tree.</param>
sealed class MergeIndex(IProcessRunner processes, string root)
{
    const string FileMode = "100644";

    /// <summary>The index of the repository of a flake.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The flake.</param>
    /// <exception cref="FleetException">The flake is in no repository.</exception>
    public static MergeIndex Of(IProcessRunner processes, FleetFolder folder) =>
        new(processes, GitWorkTreeFiles.Around(processes, folder.Path)?.Root ?? throw FleetException.NoRepository(folder.Path));

    /// <summary>The commit that HEAD points to.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FleetException">git does not say.</exception>
    public async Task<string> HeadAsync(CancellationToken cancellationToken) =>
        (await AskAsync(["rev-parse", "--verify", "--end-of-options", "HEAD^{commit}"], cancellationToken)).Trim();

    /// <summary>The path of a file as the index has it.</summary>
    /// <param name="path">Its absolute path.</param>
    public string PathOf(string path) => GitWorkTreeFiles.PathOf(root, path);

    /// <summary>The sides of a file; null if it knows of no merge of it, or a side has deleted the file.</summary>
    /// <param name="path">The path from the root of the work tree.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FleetException">git does not say.</exception>
    /// <remarks>git-ls-files(1), --unmerged and --resolve-undo: MODE ID STAGE, a tab, and the path.</remarks>
    public async Task<MergeState?> StateOfAsync(string path, CancellationToken cancellationToken)
    {
        foreach (var kind in new[] { "--unmerged", "--resolve-undo" })
        {
            var stages = (await AskAsync(["--literal-pathspecs", "ls-files", "-z", kind, "--", path], cancellationToken))
                .Split('\0', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split('\t')[0].Split(' '))
                .ToDictionary(fields => fields[2], fields => fields[1], StringComparer.Ordinal);
            if (stages.TryGetValue("2", out var ours) && stages.TryGetValue("3", out var theirs))
                return new(new(stages.GetValueOrDefault("1"), ours, theirs), kind == "--resolve-undo");
        }
        return null;
    }

    /// <summary>Adds files as they lie there, which settles them.</summary>
    /// <param name="paths">The paths from the root of the work tree.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    /// <exception cref="FleetException">git does not take them.</exception>
    public Task SettleAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken) =>
        ChangeAsync(["--literal-pathspecs", "add", "--", .. paths], "", cancellationToken);

    /// <summary>Has the index keep versions of a file apart.</summary>
    /// <param name="path">The path from the root of the work tree.</param>
    /// <param name="sides">The versions.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    /// <exception cref="FleetException">git does not do it.</exception>
    public async Task KeepAsync(string path, IndexSides sides, CancellationToken cancellationToken)
    {
        // The versions that are there go first: git replaces none of them.
        var entries = new StringBuilder($"0 {Revision.None}\t{path}\0");
        foreach (var (id, stage) in new[] { (sides.Common, 1), (sides.Ours, 2), (sides.Theirs, 3) })
        {
            if (id is not null)
                entries.Append(CultureInfo.InvariantCulture, $"{FileMode} {id} {stage}\t{path}\0");
        }
        await ChangeAsync(["update-index", "-z", "--index-info"], entries.ToString(), cancellationToken);
    }

    /// <summary>Stores contents of a file, and gives their id.</summary>
    /// <param name="path">The path from the root of the work tree, whose filters apply.</param>
    /// <param name="contents">The contents.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    /// <exception cref="FleetException">git does not do it.</exception>
    public async Task<string> StoreAsync(string path, string contents, CancellationToken cancellationToken) =>
        (await ChangeAsync(["hash-object", "-w", "--stdin", $"--path={path}"], contents, cancellationToken)).Trim();

    async Task<string> ChangeAsync(IEnumerable<string> arguments, string input, CancellationToken cancellationToken)
    {
        var finished = await GitTurn.RunAsync(
            processes, GitProgram.Change(root, arguments).WithInput(input), cancellationToken);
        return finished.Succeeded ? finished.Output : throw FleetException.NotSettled(finished.Errors.Trim());
    }

    async Task<string> AskAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var finished = await processes.RunAsync(GitProgram.AskAround(root, arguments), cancellationToken);
        return finished.Succeeded ? finished.Output : throw FleetException.NotSettled(finished.Errors.Trim());
    }
}
