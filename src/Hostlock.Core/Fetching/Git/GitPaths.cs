namespace Hostlock.Fetching.Git;

/// <summary>The paths that git is asked about.</summary>
static class GitPaths
{
    // git compares each file with each path that it is given.
    const int Most = 32;

    /// <summary>A few paths that cover many files: if there are many, their folders, and the folders of these, until there are few. What
    /// lies at the top stays.</summary>
    /// <param name="files">The files, relative to the work tree, each once.</param>
    /// <returns>The paths; none for all files of the work tree.</returns>
    public static IReadOnlyList<string> Covering(IReadOnlyList<string> files)
    {
        var paths = files;
        while (paths.Count > Most)
        {
            if (!paths.Any(path => path.Contains('/', StringComparison.Ordinal)))
                return [];
            paths =
            [
                .. paths.Select(path => Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : path)
                    .Distinct(StringComparer.Ordinal),
            ];
        }
        return paths;
    }
}
