using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Nar;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.Changes;

/// <summary>Makes new files visible to Nix, which sees nothing of a repository that git does not know.</summary>
public static class GitVisibility
{
    /// <summary>An intent to add for each file, as Nix itself does for a new flake.lock: nothing is staged.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The fleet; if it is in no repository, nothing is to be done.</param>
    /// <param name="files">The new files, as absolute paths.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task ShowToNixAsync(IProcessRunner processes, FleetFolder folder, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        if (files.Count == 0 || GitWorkTreeFiles.Around(processes, folder.Path) is not { } tree)
            return;
        var unknown = new List<string>();
        foreach (var file in files)
        {
            if (!await tree.KnowsAsync(TreePath.Parse(Path.GetRelativePath(tree.Root, file))))
                unknown.Add(file);
        }
        if (unknown.Count == 0)
            return;
        // An ignored file stays ignored: git refuses it, and check says so.
        await processes.RunAsync(GitProgram.InWorkTree(tree.Root, ["--literal-pathspecs", "add", "--intent-to-add", "--", .. unknown]), cancellationToken);
    }
}
