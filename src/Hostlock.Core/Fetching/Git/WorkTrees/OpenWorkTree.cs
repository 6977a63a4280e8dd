using Hostlock.Fetching.Folders;
using Hostlock.Locks;
using Hostlock.Nar;

namespace Hostlock.Fetching.Git.WorkTrees;

/// <summary>A work tree with its files on disk, and those of its submodules.</summary>
/// <param name="State">The state compared with HEAD, without the submodules.</param>
/// <param name="IsDirty">True if the work tree or one of its submodules is dirty.</param>
/// <param name="Tree">The tree that is hashed.</param>
/// <param name="Files">The files, for locking.</param>
sealed record OpenWorkTree(GitWorkTreeState State, bool IsDirty, SourceTree Tree, TreeFiles Files)
{
    /// <summary>Opens a work tree.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="repositories">Opens the repositories of submodules.</param>
    /// <param name="isExported">True if files with the attribute <c>export-ignore</c> are left out.</param>
    /// <param name="hasSubmodules">True if the tree includes submodules.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The work tree cannot be read or is elsewhere, or a submodule is not checked out.</exception>
    public static Task<OpenWorkTree> OpenAsync(
        GitRepository repository, GitRepositories repositories, bool isExported, bool hasSubmodules, CancellationToken cancellationToken)
    {
        return OpenAsync(repository, 1);

        async Task<OpenWorkTree> OpenAsync(GitRepository repository, int depth)
        {
            var root = repository.Place.WorkTree!;
            var state = await GitWorkTreeState.ReadAsync(repository, cancellationToken);
            var (tracked, folders) = isExported
                ? await GitExportIgnore.ApplyAsync(repository, state.Files, cancellationToken)
                : (state.Files, []);
            SourceTree tree = new GitWorkTree(root, tracked, folders);
            TreeFiles files = GitWorkTreeFiles.Of(root, tracked.Select(file => file.Path));
            if (!hasSubmodules)
                return new(state, state.IsDirty, tree, files);

            var mounts = new List<(TreePath Path, OpenWorkTree Opened)>();
            foreach (var (path, folder, place) in GitSubmodule.CheckedOut(root, repository.Url, depth))
                mounts.Add((path, await OpenAsync(repositories.Local(place, folder), depth + 1)));
            // A dirty submodule makes the whole tree dirty; a submodule at another commit does not.
            return new(
                state,
                state.IsDirty || mounts.Exists(mount => mount.Opened.IsDirty),
                new MountedTree(tree, mounts.Select(mount => (mount.Path, mount.Opened.Tree))),
                new MountedFiles(files, [.. mounts.Select(mount => (mount.Path, mount.Opened.Files))]));
        }
    }
}
