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
    /// <returns>The warnings about files that git is told to ignore, and about those beyond a link that git does not follow; none if Nix
    /// sees them all.</returns>
    /// <exception cref="FleetException">git cannot record it.</exception>
    public static async Task<IReadOnlyList<Warning>> ShowToNixAsync(
        IProcessRunner processes, FleetFolder folder, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        if (files.Count == 0 || GitWorkTreeFiles.Around(processes, folder.Path) is not { } tree)
            return [];
        var unknown = new HashSet<TreePath>();
        foreach (var file in files)
        {
            var path = TreePath.Parse(Path.GetRelativePath(tree.Root, file));
            unknown.UnionWith(await tree.UnknownAsync(path));
        }
        // git refuses all that it is given together with such a path.
        var beyond = unknown.Where(path => GitWorkTreeFiles.UnfollowedLink(tree.Root, path) is not null).ToList();
        unknown.ExceptWith(beyond);
        var warnings = new List<Warning>();
        if (unknown.Count > 0 && await AddAsync() is { } ignored)
            warnings.Add(ignored);
        foreach (var alike in beyond.GroupBy(path => GitWorkTreeFiles.UnfollowedLink(tree.Root, path)!))
            warnings.Add(BeyondLink(InFlake([alike.Key])[0], InFlake(alike)));
        return warnings;

        async Task<Warning?> AddAsync()
        {
            tree.RefuseOddRules(files);
            var finished = await GitTurn.RunAsync(
                processes,
                GitProgram.Change(
                    tree.Root, ["--literal-pathspecs", "add", "--intent-to-add", "--", .. unknown.Select(path => path.ToText())]),
                cancellationToken);
            if (finished.ExitCode is not (0 or SomeAreIgnored))
                throw FleetException.NotShownToNix(finished.Errors.Trim(), InFlake(unknown));
            return finished.ExitCode == SomeAreIgnored ? Ignored(InFlake(await tree.IgnoredAsync(unknown, cancellationToken))) : null;
        }

        List<string> InFlake(IEnumerable<TreePath> paths) =>
            [.. paths.Order().Select(path => Path.GetRelativePath(folder.Path, Path.Combine(tree.Root, path.ToText())))];
    }

    static Warning Ignored(List<string> files) => new(
        $"git is told to ignore {Named(files)}, so Nix does not see {(files.Count == 1 ? "it" : "them")}; this changes it: "
            + $"'{FleetException.AddIntent(files, isIgnored: true)}'");

    static Warning BeyondLink(string link, List<string> files) =>
        new($"git does not follow the link '{link}', so Nix does not see {Named(files)}")
        {
            Hint = FleetException.FollowableLink(link),
        };

    static string Named(List<string> files) => string.Join(", ", files.Select(file => $"'{file}'"));
}
