using System.Collections.Concurrent;
using Hostlock.Flakes;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git;

/// <summary>
/// Opens the repositories of a run, each of them once. Local ones are read in place; remote ones have copies in the cache.
/// </summary>
/// <param name="processes">The seam to git.</param>
/// <param name="cacheFolder">The folder of hostlock's cache, which holds the copies: <c>~/.cache/hostlock</c>.</param>
/// <param name="mode">The choice between the cache and the network.</param>
sealed class GitRepositories(IProcessRunner processes, string cacheFolder, FetchMode mode = FetchMode.Usual) : IDisposable
{
    readonly ConcurrentDictionary<(GitPlace, string), GitRepository> _local = [];
    readonly ConcurrentDictionary<string, GitRepository> _byUrl = [];

    /// <summary>The copies of remote repositories.</summary>
    public GitCopies Copies { get; } = new(processes, Path.Combine(cacheFolder, "git")) { IsOffline = mode == FetchMode.Offline };

    /// <summary>True if a commit that was fetched before may stand in for a remote repository that does not answer.</summary>
    public bool MayBeStale => mode != FetchMode.Anew;

    /// <summary>Opens a repository of this machine.</summary>
    /// <param name="place">The folders of the repository; null if none was found.</param>
    /// <param name="url">The user's name for the repository.</param>
    /// <exception cref="FetchException">There is none, or it is of a kind that Nix does not read.</exception>
    public GitRepository Local(GitPlace? place, string url)
    {
        var there = place ?? throw FetchException.NotARepository(url);
        return _byUrl[url] = _local.GetOrAdd((there, url), _ => Open(there, url));
    }

    /// <summary>
    /// The repository whose work tree a reference points to. A local repository that is not bare stands for its files on disk if the
    /// reference has no ref and no revision. Null for any other reference.
    /// </summary>
    /// <exception cref="FetchException">The folder does not exist, or is not a work tree.</exception>
    public GitRepository? WorkTreeOf(FlakeRef reference)
    {
        var url = reference.GitAddress!;
        if (reference.Ref is not null || reference.Revision is not null || GitAddress.LocalFolder(url) is not { } folder)
            return null;
        if (!Path.Exists(folder))
            throw FetchException.NoRepository(url);
        return HasWorkTree(folder) ? Local(GitPlace.OfWorkTree(folder), url) : null;
    }

    /// <summary>The repository at an address: one that was opened in this run, the local one, or the copy of a remote one.</summary>
    /// <exception cref="FetchException">There is no repository, or git is not given such an address.</exception>
    public GitRepository At(string url)
    {
        if (_byUrl.TryGetValue(url, out var open))
            return open;
        return GitAddress.LocalFolder(url) is { } folder
            ? Local(HasWorkTree(folder) ? GitPlace.OfWorkTree(folder) : GitPlace.OfBare(folder), url)
            : Copies.Of(GitAddress.Of(url), CopyDepth.Whole);
    }

    /// <summary>Tells whether a folder is that of a work tree.</summary>
    public static bool HasWorkTree(string folder) => Path.Exists(Path.Combine(folder, ".git"));

    // Nix opens a work tree by itself, and has git fetch from a bare repository.
    GitRepository Open(GitPlace place, string url)
    {
        var repository = new GitRepository(processes, place, url);
        if (place.WorkTree is not null)
            GitFormat.Check(repository.OwnSettings, url);
        return repository;
    }

    /// <summary>Ends the git processes that answered questions about objects.</summary>
    public void Dispose()
    {
        Copies.Dispose();
        foreach (var repository in _local.Values)
            repository.Dispose();
    }
}
