using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Nar;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.Changes;

/// <summary>Makes new files visible to Nix, which sees only the files of a repository that git knows.</summary>
public static class GitVisibility
{
    /// <summary>Records an intent to add for each file, as Nix itself does for a new flake.lock. Nothing is staged.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The fleet. If it is in no repository, nothing is done.</param>
    /// <param name="files">The new files, as absolute paths.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task ShowToNixAsync(
        IProcessRunner processes, FleetFolder folder, IReadOnlyList<string> files, CancellationToken cancellationToken)
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
        // An ignored file stays ignored: git refuses it, and <c>check</c> reports it.
        await processes.RunAsync(
            GitProgram.InWorkTree(tree.Root, ["--literal-pathspecs", "add", "--intent-to-add", "--", .. unknown]), cancellationToken);
    }
}
