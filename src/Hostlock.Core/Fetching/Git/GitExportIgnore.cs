using System.Text;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git;

/// <summary>Which paths of a commit have the attribute <c>export-ignore</c>. git itself reads the attributes, from an index beside the repository.</summary>
/// <remarks>Nix 2.34.8, libfetchers/git-utils.cc, GitExportIgnoreSourceAccessor.</remarks>
static class GitExportIgnore
{
    const string Attribute = "export-ignore";

    /// <summary>A commit's tree without what is not exported.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="commit">The id of the commit.</param>
    /// <param name="tree">Its whole tree.</param>
    /// <param name="temporary">A folder for the index.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<GitTree> ApplyAsync(GitRepository repository, string commit, GitTree tree, string temporary, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(temporary);
        var index = Path.Combine(temporary, $"index.{Guid.NewGuid():N}");
        try
        {
            var read = await repository.RunAsync(WithIndex(repository.Command("read-tree", commit)), cancellationToken);
            if (!read.Succeeded)
                throw FetchException.GitFailed(repository.Url, "read", read.Errors.Trim());
            var left = await AskAsync(repository, WithIndex(repository.Command("check-attr", "--cached", "-z", "--stdin", Attribute)), [.. tree.Paths().Select(Asked)], cancellationToken);
            return tree.Without(left.Contains);
        }
        finally
        {
            File.Delete(index);
            File.Delete($"{index}.lock");
        }

        // libgit2 looks into the work tree for what is a folder; without one a pattern for folders, `name/`, matches nothing.
        string Asked(string path) =>
            repository.Place.WorkTree is { } root && UnixFiles.Look([.. Encoding.UTF8.GetBytes(root), (byte)'/', .. Encoding.Latin1.GetBytes(path)]) is { Kind: UnixFiles.Kind.Folder }
                ? $"{path}/"
                : path;

        ProcessRequest WithIndex(ProcessRequest command) => command with { Environment = command.Environment.Set("GIT_INDEX_FILE", index) };
    }

    /// <summary>The tracked files of a work tree without what is not exported, by the attributes in its index; folders that lose all they hold stay, and end in a slash.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="files">The tracked files, as Latin-1 text.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<IReadOnlyList<string>> ApplyAsync(GitRepository repository, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var folders = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            for (var at = file.LastIndexOf('/'); at > 0 && folders.Add(file[..at]); at = file.LastIndexOf('/', at - 1))
            {
            }
        }
        var left = await AskAsync(
            repository,
            repository.Command("check-attr", "--cached", "-z", "--stdin", Attribute) with { Folder = repository.Place.WorkTree },
            [.. files, .. folders.Select(folder => $"{folder}/")],
            cancellationToken);
        return [.. files.Concat(folders.Select(folder => $"{folder}/")).Where(path => !IsLeftOut(path.TrimEnd('/')))];

        bool IsLeftOut(string path)
        {
            for (var at = path.Length; at > 0; at = path.LastIndexOf('/', at - 1))
            {
                if (left.Contains(path[..at]))
                    return true;
            }
            return false;
        }
    }

    static async Task<HashSet<string>> AskAsync(GitRepository repository, ProcessRequest question, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var input = Encoding.Latin1.GetBytes(string.Concat(paths.Select(path => $"{path}\0")));
        var finished = await repository.RunAsync(question with { Input = input, Output = new ProcessOutput.Bytes() }, cancellationToken);
        if (!finished.Succeeded)
            throw FetchException.GitFailed(repository.Url, "read the attributes of", finished.Errors.Trim());
        // PATH, ATTRIBUTE, VALUE; a value other than a plain "set" does not count, as with git archive.
        return
        [
            .. Encoding.Latin1.GetString(finished.OutputBytes.Span).Split('\0').Chunk(3)
                .Where(line => line is [_, Attribute, "set"])
                .Select(line => line[0].TrimEnd('/')),
        ];
    }
}
