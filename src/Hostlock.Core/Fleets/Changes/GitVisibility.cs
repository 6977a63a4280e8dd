using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Nar;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.Changes;

/// <summary>Makes new files visible to Nix, which sees only the files of a repository that git knows.</summary>
public static class GitVisibility
{
    // The exit code of git add if a file is ignored. It records the others then.
    const int SomeAreIgnored = 1;

    /// <summary>
    /// Records an intent to add for each file that git does not know, as Nix itself does for a new flake.lock. Nothing is staged. An
    /// ignored file stays ignored; <c>check</c> reports it too.
    /// </summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The fleet. If it is in no repository, nothing is done.</param>
    /// <param name="files">The files, as absolute paths. A run that was broken off may have written them.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The warning about files that git is told to ignore; null if Nix sees them all.</returns>
    /// <exception cref="FleetException">git cannot record it.</exception>
    public static async Task<Warning?> ShowToNixAsync(
        IProcessRunner processes, FleetFolder folder, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        if (files.Count == 0 || GitWorkTreeFiles.Around(processes, folder.Path) is not { } tree)
            return null;
        var unknown = new HashSet<TreePath>();
        foreach (var file in files)
        {
            var path = TreePath.Parse(Path.GetRelativePath(tree.Root, file));
            unknown.UnionWith(await tree.UnknownAsync(path));
        }
        if (unknown.Count == 0)
            return null;
        tree.RefuseOddRules(files);
        var finished = await GitTurn.RunAsync(
            processes,
            GitProgram.Change(tree.Root, ["--literal-pathspecs", "add", "--intent-to-add", "--", .. unknown.Select(path => path.ToText())]),
            cancellationToken);
        if (finished.ExitCode is not (0 or SomeAreIgnored))
            throw FleetException.NotShownToNix(finished.Errors.Trim(), InFlake(unknown));
        if (finished.ExitCode != SomeAreIgnored)
            return null;
        var ignored = InFlake(await tree.IgnoredAsync(unknown, cancellationToken));
        return new(
            $"git is told to ignore {string.Join(", ", ignored.Select(file => $"'{file}'"))}, so Nix does not see "
                + $"{(ignored.Count == 1 ? "it" : "them")}; this changes it: '{FleetException.AddIntent(ignored, isIgnored: true)}'");

        List<string> InFlake(IEnumerable<TreePath> paths) =>
            [.. paths.Order().Select(path => Path.GetRelativePath(folder.Path, Path.Combine(tree.Root, path.ToText())))];
    }
}
