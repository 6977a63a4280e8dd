namespace Hostlock.Fetching.Git;

/// <summary>The format that a repository states for itself, and whether Nix reads it.</summary>
/// <remarks>git's Documentation: gitrepository-layout(5); libgit2 1.9, repository.c, check_repositoryformatversion and
/// check_extensions.</remarks>
static class GitFormat
{
    static readonly string[] Extensions = ["noop", "objectformat", "worktreeconfig", "preciousobjects", "relativeworktrees"];

    /// <summary>Checks the version and the extensions of a repository.</summary>
    /// <param name="settings">The settings in its own file.</param>
    /// <param name="url">The name of the repository in messages.</param>
    /// <exception cref="FetchException">Nix does not read such a repository.</exception>
    public static void Check(GitConfig settings, string url)
    {
        var version = settings.Text("core.repositoryformatversion") ?? "0";
        if (version is not ("0" or "1"))
            throw FetchException.UnsupportedVersion(url, version);
        // Version 0 does not know extensions, so they have no effect.
        if (version == "1" && settings.Keys("extensions").Except(Extensions).FirstOrDefault() is { } extension)
            throw FetchException.UnsupportedExtension(url, extension);
        if (version == "1" && settings.Text("extensions.objectformat") is not (null or "sha1"))
            throw FetchException.UnknownObjectFormat(url);
    }

    /// <summary>Checks that the files of a repository are the folder that it was found in.</summary>
    /// <param name="repository">The repository, which has a work tree.</param>
    /// <exception cref="FetchException">It is declared bare, or its settings say that its files lie elsewhere.</exception>
    public static void CheckWorkTree(GitRepository repository)
    {
        var place = repository.Place;
        // A linked work tree has its own place, whatever the settings of the repository say.
        if (place.Folder != place.Common)
            return;
        var settings = repository.OwnSettings;
        if (settings.IsTrue("core.bare"))
            throw FetchException.BareWithFiles(repository.Url);
        if (settings.Text("core.worktree") is { } path && !place.IsWorkTree(Path.GetFullPath(path, place.Folder)))
            throw FetchException.WorkTreeElsewhere(repository.Url, path);
    }
}
