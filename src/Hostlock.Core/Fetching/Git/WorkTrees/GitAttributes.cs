using System.Text;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git.WorkTrees;

/// <summary>The attributes of paths of a repository, which git itself reads.</summary>
static class GitAttributes
{
    /// <summary>
    /// The values of some attributes of files of a work tree: for each file, in the order asked, its values in the order asked.
    /// </summary>
    /// <param name="repository">The repository, which has a work tree.</param>
    /// <param name="files">The paths.</param>
    /// <param name="attributes">The names of the attributes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">git does not tell them.</exception>
    public static Task<IReadOnlyList<string[]>> OfAsync(
        GitRepository repository, IReadOnlyList<TreePath> files, string[] attributes, CancellationToken cancellationToken)
    {
        GitRules.RefuseOdd(repository.Place.WorkTree!, files);
        return AskAsync(
            repository,
            [],
            attributes,
            [.. files.Select(file => (file, false))],
            command => command with
            {
                Folder = repository.Place.WorkTree,
                // For conversions, the attributes of the machine count too.
                Environment = command.Environment.Set("GIT_WORK_TREE", repository.Place.WorkTree!).Unset("GIT_ATTR_NOSYSTEM"),
            },
            cancellationToken);
    }

    /// <summary>
    /// The paths that have an attribute by the .gitattributes in an index, set to true as git archive wants it: no other value counts.
    /// </summary>
    /// <param name="repository">The repository.</param>
    /// <param name="attribute">The name of the attribute.</param>
    /// <param name="paths">The paths, and which of them are folders.</param>
    /// <param name="place">Tells git where to run, or which index to read.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">git does not tell them.</exception>
    public static async Task<HashSet<TreePath>> SetAsync(
        GitRepository repository,
        string attribute,
        IReadOnlyList<(TreePath Path, bool IsFolder)> paths,
        Func<ProcessRequest, ProcessRequest> place,
        CancellationToken cancellationToken)
    {
        var values = await AskAsync(repository, ["--cached"], [attribute], paths, place, cancellationToken);
        return [.. paths.Zip(values).Where(pair => pair.Second is ["set"]).Select(pair => pair.First.Path)];
    }

    static async Task<IReadOnlyList<string[]>> AskAsync(
        GitRepository repository,
        string[] options,
        string[] attributes,
        IReadOnlyList<(TreePath Path, bool IsFolder)> paths,
        Func<ProcessRequest, ProcessRequest> place,
        CancellationToken cancellationToken)
    {
        var command = place(repository.CommandBySettings(["check-attr", .. options, "-z", "--stdin", .. attributes]));
        var finished = await repository.RunAsync(
            command with { Input = GitFields.Join(paths), Output = new ProcessOutput.Bytes() }, cancellationToken);
        // PATH, ATTRIBUTE, VALUE for each attribute of each path.
        var lines = GitFields.Of(finished.OutputBytes).Chunk(3).Where(line => line.Length == 3);
        var values = lines.Select(line => Encoding.UTF8.GetString(line[2].Span)).Chunk(attributes.Length).ToList();
        return finished.Succeeded && values.Count == paths.Count
            ? values
            : throw FetchException.GitFailed(repository.Url, "read the attributes of", finished.Errors.Trim());
    }
}
