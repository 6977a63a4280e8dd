using System.Text;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git;

/// <summary>
/// Leaves out paths with the attribute <c>export-ignore</c>. git itself reads the attributes, from an index beside the repository.
/// </summary>
/// <remarks>Nix 2.34.8, libfetchers/git-utils.cc, GitExportIgnoreSourceAccessor.</remarks>
static class GitExportIgnore
{
    const string Attribute = "export-ignore";

    /// <summary>Returns a commit's tree without the paths that are not exported.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="commit">The id of the commit.</param>
    /// <param name="tree">The whole tree of the commit.</param>
    /// <param name="temporary">A folder for the index.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<GitTree> ApplyAsync(
        GitRepository repository, Revision commit, GitTree tree, string temporary, CancellationToken cancellationToken)
    {
        AtomicFile.CreateFolder(temporary);
        AtomicFile.ClearLeftovers(temporary);
        var index = AtomicFile.NewName(temporary);
        try
        {
            var read = await repository.RunAsync(WithIndex(repository.Command("read-tree", commit.ToString())), cancellationToken);
            if (!read.Succeeded)
                throw FetchException.GitFailed(repository.Url, "read", read.Errors.Trim());
            var left = await GitAttributes.SetAsync(
                repository, Attribute, [.. tree.Paths().Select(path => (path, IsFolder(path)))], WithIndex, cancellationToken);
            return tree.Without(left.Contains);
        }
        finally
        {
            File.Delete(index);
            File.Delete($"{index}.lock");
        }

        // libgit2 looks into the work tree to see which paths are folders. Without a work tree, a pattern for folders (`name/`) matches
        // nothing.
        bool IsFolder(TreePath path) =>
            repository.Place.WorkTree is { } root
            && UnixFiles.Look([.. Encoding.UTF8.GetBytes(root), (byte)'/', .. path.Bytes]) is { Kind: UnixFiles.Kind.Folder };

        ProcessRequest WithIndex(ProcessRequest command) => command with { Environment = command.Environment.Set("GIT_INDEX_FILE", index) };
    }

    /// <summary>
    /// The tracked files of a work tree that are exported, and the folders of all tracked files that are, by the attributes in its index.
    /// </summary>
    /// <param name="repository">The repository.</param>
    /// <param name="files">The tracked files.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">git fails.</exception>
    public static async Task<(IReadOnlyList<TrackedFile> Files, IReadOnlyList<TreePath> Folders)> ApplyAsync(
        GitRepository repository, IReadOnlyList<TrackedFile> files, CancellationToken cancellationToken)
    {
        HashSet<TreePath> folders = [.. files.SelectMany(file => file.Path.Folders)];
        var left = await GitAttributes.SetAsync(
            repository,
            Attribute,
            [.. files.Select(file => (file.Path, false)), .. folders.Select(folder => (folder, true))],
            command => command with { Folder = repository.Place.WorkTree },
            cancellationToken);
        return ([.. files.Where(file => IsExported(file.Path))], [.. folders.Where(IsExported)]);

        bool IsExported(TreePath path) => !left.Contains(path) && !path.Folders.Any(left.Contains);
    }
}
