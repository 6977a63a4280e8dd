using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Fleets;
using Hostlock.Platform.Programs;

namespace Hostlock.Cli.Commands;

/// <summary>Makes new files visible to Nix, which sees nothing of a repository that git does not know.</summary>
static class Visibility
{
    /// <summary>An intent to add for each file, as Nix itself does for a new flake.lock: nothing is staged.</summary>
    public static async Task ShowToNixAsync(Surroundings surroundings, FleetFolder folder, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        if (files.Count == 0 || GitWorkTreeFiles.Around(surroundings.Processes, folder.Path) is not { } tree)
            return;
        var unknown = new List<string>();
        foreach (var file in files)
        {
            if (!await tree.KnowsAsync(Path.GetRelativePath(tree.Root, file)))
                unknown.Add(file);
        }
        if (unknown.Count == 0)
            return;
        // An ignored file stays ignored: git refuses it, and check says so.
        await surroundings.Processes.RunAsync(GitProgram.InWorkTree(tree.Root, ["--literal-pathspecs", "add", "--intent-to-add", "--", .. unknown]), cancellationToken);
    }
}
